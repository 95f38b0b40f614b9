ALTER TABLE `tag_groups` ADD `locked` tinyint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `tag_groups` ADD `made_at` datetime(3);--> statement-breakpoint
ALTER TABLE `tags` ADD `locked` tinyint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `tags` ADD `made_at` datetime(3);