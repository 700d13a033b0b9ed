-- Every restore of the chat databases on this instance: what the secondary has really applied.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       r.destination_database_name,
       r.restore_type,
       CONVERT(varchar(23), r.restore_date, 126) AS restore_date,
       CONVERT(int, r.recovery) AS recovery,
       CONVERT(varchar(30), b.first_lsn) AS first_lsn,
       CONVERT(varchar(30), b.last_lsn) AS last_lsn,
       CONVERT(varchar(36), b.last_recovery_fork_guid) AS last_recovery_fork_guid
FROM msdb.dbo.restorehistory AS r
JOIN msdb.dbo.backupset AS b ON b.backup_set_id = r.backup_set_id
WHERE r.destination_database_name IN (N'mgc', N'mgccomp')
ORDER BY r.restore_history_id;
