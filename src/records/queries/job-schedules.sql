-- When the log-shipping jobs of this instance run. A row without a database says that there is no job.
SET NOCOUNT ON;
SELECT @@SERVERNAME AS server_name,
       jobs.database_name,
       jobs.job,
       j.enabled AS job_enabled,
       s.enabled AS schedule_enabled,
       s.freq_type,
       s.freq_interval,
       s.freq_subday_type,
       s.freq_subday_interval,
       s.freq_recurrence_factor,
       s.active_start_time,
       s.active_end_time
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
    SELECT primary_database AS database_name, 'backup' AS job, backup_job_id AS job_id
    FROM msdb.dbo.log_shipping_primary_databases
    UNION ALL
    SELECT primary_database, 'copy', copy_job_id FROM msdb.dbo.log_shipping_secondary
    UNION ALL
    SELECT primary_database, 'restore', restore_job_id FROM msdb.dbo.log_shipping_secondary
) AS jobs ON jobs.database_name IN (N'mgc', N'mgccomp')
LEFT JOIN msdb.dbo.sysjobs AS j ON j.job_id = jobs.job_id
LEFT JOIN msdb.dbo.sysjobschedules AS js ON js.job_id = jobs.job_id
LEFT JOIN msdb.dbo.sysschedules AS s ON s.schedule_id = js.schedule_id
ORDER BY jobs.database_name, jobs.job;
