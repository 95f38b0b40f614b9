DROP INDEX `notices_shown` ON `notices`;--> statement-breakpoint
DROP INDEX `notices_unread` ON `notices`;--> statement-breakpoint
ALTER TABLE `notices` ADD `told_at` datetime(3);--> statement-breakpoint
UPDATE `notices` SET `told_at` = `due_at` WHERE `state` <> 'waiting' OR `attempts` > 0;--> statement-breakpoint
CREATE INDEX `notices_told` ON `notices` (`corp_id`,`staff_id`,`told_at`,`id`);--> statement-breakpoint
CREATE INDEX `notices_new` ON `notices` (`corp_id`,`staff_id`,`read_at`,`told_at`);