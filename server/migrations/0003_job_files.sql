ALTER TABLE `jobs` ADD `params` json;--> statement-breakpoint
ALTER TABLE `jobs` ADD `once_key` varchar(100) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `file_name` varchar(200);--> statement-breakpoint
ALTER TABLE `jobs` ADD `file_key` varchar(200);--> statement-breakpoint
ALTER TABLE `jobs` ADD `file_until` datetime(3);--> statement-breakpoint
CREATE INDEX `jobs_requester` ON `jobs` (`corp_id`,`requested_by`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_file` ON `jobs` (`file_until`);--> statement-breakpoint
CREATE INDEX `jobs_finished` ON `jobs` (`finished_at`);