<?php
// Included at the end of config-itop.php: what differs on this server.
define('CTI_SERVER', 'https://cti.example.org');

$MySettings['timezone'] = 'Europe/Lisbon';

$MyModuleSettings['combodo-telephony-integration']['caller_information']['label'] = 'Who calls from $phone$';
$MyModuleSettings['combodo-telephony-integration']['ecall_parameters'] = array(
	'url' => CTI_SERVER . '/call',
	'url_parameters' => array(
		'number' => 'phone',
	),
);
