ALTER TABLE `materials` ADD `looked_at` datetime(3);--> statement-breakpoint
CREATE INDEX `materials_looked` ON `materials` (`type`,`deleted_at`,`looked_at`);