DROP INDEX `staff_corp` ON `staff`;--> statement-breakpoint
DROP INDEX `staff_state` ON `staff`;--> statement-breakpoint
CREATE INDEX `staff_state` ON `staff` (`corp_id`,`state`,`id`,`name`,`userid`);