-- The runs of the log-shipping jobs. Their history is kept for some days only: collect it often.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       CONVERT(varchar(36), agent_id) AS agent_id,
       agent_type,
       session_id,
       database_name,
       session_status,
       CONVERT(varchar(23), log_time_utc, 126) + 'Z' AS log_time_utc,
       LEFT(REPLACE(REPLACE(message, CHAR(13), ' '), CHAR(10), ' '), 200) AS message
FROM msdb.dbo.log_shipping_monitor_history_detail
WHERE database_name IN (N'mgc', N'mgccomp')
ORDER BY log_time_utc, agent_id, session_id, session_status;
