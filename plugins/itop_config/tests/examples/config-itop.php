<?php

/**
 * Configuration file, as iTop writes it.
 */
$MySettings = array(

	// access_mode: Combination of flags (ACCESS_USER_WRITE | ACCESS_ADMIN_WRITE, or ACCESS_FULL)
	//	default: 3
	'access_mode' => 3,

	'app_root_url' => 'https://itop.example.org/itop/',

	'db_host' => 'localhost',
	'db_name' => 'itop',
	'db_pwd' => 'the-database-password',
	'db_user' => 'itop-user',

	'default_language' => 'FR FR',

	'encryption_key' => 'the-encryption-key',

	// shortcut_actions: Actions that are available as direct buttons next to the "Actions" menu
	//	default: 'UI:Menu:Modify,UI:Menu:New'
	'shortcut_actions' => 'UI:Menu:Modify,UI:Menu:New,telephony_integration_ecall_legacy',

	'timezone' => 'Europe/Paris',
);

/**
 *
 * Modules specific settings
 *
 */
$MyModuleSettings = array(
	'authent-ldap' => array (
		'host' => 'ldap.example.org',
		'default_pwd' => 'the-directory-password',
	),
	'combodo-telephony-integration' => array (
		'url_parameters' => array (
			'phone' => 'phone',
		),
		'caller_information' => array (
			'label' => 'Contacts with phone number $phone$',
			'label/FR FR' => 'Contacts ayant le numéro de téléphone $phone$',
			'query' => 'SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone',
			'display_name' => 'friendlyname, org_name, location_name',
		),
		'direct_creation' => array (
			'UserRequest' => array (
				'enabled' => false,
				'preset' => array (
					'org_id' => 'SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller',
					'caller_id' => ':selected_caller',
					'origin' => 'phone',
					'public_log' => 'Call from customer dated $datetime$',
				),
			),
		),
		'indirect_creation' => array (
			'UserRequest' => array (
				'enabled' => false,
				'preset' => array (
					'org_id' => 'SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller',
					'caller_id' => ':selected_caller',
					'origin' => 'phone',
					'public_log' => 'Call from customer dated $datetime$',
				),
			),
			'Incident' => array (
				'enabled' => true,
				'preset' => array (
					'org_id' => 'SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller',
					'caller_id' => ':selected_caller',
					'origin' => 'phone',
					'public_log' => 'Call from customer dated $datetime$',
				),
			),
			'Change' => array (
				'enabled' => true,
				'preset' => array (
					'org_id' => 'SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller',
					'caller_id' => ':selected_caller',
					'origin' => 'phone',
					'private_log' => 'Call from customer dated $datetime$',
				),
			),
			'Person' => array (
				'enabled' => true,
				'preset' => array (
					'phone' => ':phone',
				),
			),
		),
		'display_tickets' => array (
			'lists' => array (
				0 => array (
					'enabled' => true,
					'label' => 'User Requests opened for this caller',
					'query' => 'SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != \'closed\'',
				),
				1 => array (
					'enabled' => true,
					'label' => 'User Requests opened for the organization of the caller',
					'label/FR FR' => 'Demandes utilisateurs de l\'organisation de l\'appelant',
					'query' => 'SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != \'closed\'',
				),
				2 => array (
					'enabled' => true,
					'label' => 'Problems opened for this caller',
					'label/FR FR' => 'Problèmes ouverts par l\'appelant',
					'query' => 'SELECT Problem AS u WHERE u.caller_id IN (:callers_list) AND u.status != \'closed\'',
				),
				3 => array (
					'enabled' => true,
					'label' => 'Incidents opened for this caller',
					'label/FR FR' => 'Incidents ouverts par l\'appelant',
					'query' => 'SELECT Incident AS u WHERE u.caller_id IN (:callers_list) AND u.status != \'closed\'',
				),
			),
		),
		'ecall_parameters' => array (
			'url' => 'https://myctiserver/index.php',
			'url_parameters' => array (
				'telephone' => 'phone',
				'mailaddress' => 'email',
			),
		),
	),
);

$MyModules = array(
	'addons' => array (
		'user rights' => 'addons/userrights/userrightsprofile.class.inc.php',
	),
);
