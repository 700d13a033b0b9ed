-- What this instance ships as a primary. A row without a database says that it ships nothing. Run it on
-- A and on B: both have to be set up.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       p.primary_database,
       p.backup_share,
       p.backup_retention_period,
       m.backup_threshold,
       m.threshold_alert_enabled,
       p.monitor_server
FROM (SELECT 1 AS one) AS always
LEFT JOIN msdb.dbo.log_shipping_primary_databases AS p
       ON p.primary_database IN (N'mgc', N'mgccomp')
LEFT JOIN msdb.dbo.log_shipping_monitor_primary AS m ON m.primary_id = p.primary_id
ORDER BY p.primary_database;
