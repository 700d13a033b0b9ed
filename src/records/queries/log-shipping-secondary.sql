-- What this instance receives as a secondary. A row without a database says that it receives nothing.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       s.primary_server,
       s.primary_database,
       s.backup_source_directory,
       s.backup_destination_directory,
       d.restore_delay,
       d.restore_mode,
       m.restore_threshold,
       m.threshold_alert_enabled,
       s.monitor_server
FROM (SELECT 1 AS one) AS always
LEFT JOIN msdb.dbo.log_shipping_secondary AS s
       ON s.primary_database IN (N'mgc', N'mgccomp')
LEFT JOIN msdb.dbo.log_shipping_secondary_databases AS d ON d.secondary_id = s.secondary_id
LEFT JOIN msdb.dbo.log_shipping_monitor_secondary AS m
       ON m.secondary_id = s.secondary_id AND m.secondary_database = d.secondary_database
ORDER BY s.primary_database;
