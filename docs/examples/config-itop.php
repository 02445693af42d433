<?php
define('CTI_SERVER', 'https://cti.example.org');

$MySettings = array(
	'app_root_url' => 'https://itop.example.org/itop/',
	'db_host' => 'localhost',
	'db_pwd' => 'nobody sees this',
	'default_language' => 'FR FR',
	'shortcut_actions' => 'UI:Menu:Modify,UI:Menu:New,telephony_integration_ecall_phone',
	'timezone' => 'Europe/Paris',
);

$MyModuleSettings = array(
	'combodo-telephony-integration' => array (
		'url_parameters' => array (
			'phone' => 'phone',
		),
		'caller_information' => array (
			'label' => 'Contacts with phone number $phone$',
			'label/FR FR' => 'Contacts ayant le numéro de téléphone $phone$',
			'query' => 'SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone',
			'display_name' => 'friendlyname, org_name, location_name',
			'photo' => true,
		),
		'display_tickets' => array (
			'lists' => array (
				0 => array (
					'enabled' => true,
					'label' => 'User Requests opened for this caller',
					'label/FR FR' => 'Demandes ouvertes par l\'appelant',
					'query' => 'SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != \'closed\'',
				),
			),
		),
		'ecall_parameters' => array (
			'url' => CTI_SERVER . '/index.php',
			'url_parameters' => array (
				'phone' => array (
					'icon' => 'fas fa-phone',
					'attributes' => array (
						'telephone' => 'phone',
						'key' => getenv('CTI_KEY'),
					),
				),
				'mobile_phone' => array (
					'icon' => 'fa fa-mobile',
					'attributes' => array ('telephone' => 'mobile_phone'),
				),
			),
		),
	),
);
