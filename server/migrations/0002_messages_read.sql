ALTER TABLE `notices` ADD `read_at` datetime(3);--> statement-breakpoint
CREATE INDEX `notices_shown` ON `notices` (`corp_id`,`staff_id`,`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `notices_unread` ON `notices` (`corp_id`,`staff_id`,`read_at`,`id`);