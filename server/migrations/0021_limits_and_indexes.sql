DROP INDEX `notices_staff` ON `notices`;--> statement-breakpoint
CREATE INDEX `notices_sent` ON `notices` (`corp_id`,`staff_id`,`sent_at`,`merged`);--> statement-breakpoint
CREATE INDEX `shares_forwards` ON `shares` (`corp_id`,`material_id`,`root_id`,`id`,`depth`,`staff_id`);