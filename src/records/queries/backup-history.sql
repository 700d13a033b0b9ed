-- Every backup of the chat databases that this instance knows, by any person or job.
SET NOCOUNT ON;
SELECT b.server_name,
       b.database_name,
       b.type,
       CONVERT(varchar(30), b.first_lsn) AS first_lsn,
       CONVERT(varchar(30), b.last_lsn) AS last_lsn,
       CONVERT(varchar(23), b.backup_start_date, 126) AS backup_start_date,
       CONVERT(varchar(23), b.backup_finish_date, 126) AS backup_finish_date,
       b.time_zone,
       CONVERT(varchar(20), b.backup_size) AS backup_size,
       CONVERT(int, b.is_copy_only) AS is_copy_only,
       b.recovery_model,
       CONVERT(varchar(36), b.first_recovery_fork_guid) AS first_recovery_fork_guid,
       CONVERT(varchar(36), b.last_recovery_fork_guid) AS last_recovery_fork_guid,
       CONVERT(varchar(30), b.fork_point_lsn) AS fork_point_lsn,
       m.physical_device_name,
       m.device_type,
       b.user_name
FROM msdb.dbo.backupset AS b
LEFT JOIN msdb.dbo.backupmediafamily AS m
       ON m.media_set_id = b.media_set_id AND m.family_sequence_number = 1 AND m.mirror = 0
WHERE b.database_name IN (N'mgc', N'mgccomp')
ORDER BY b.backup_set_id;
