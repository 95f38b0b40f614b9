ALTER TABLE `shares` MODIFY COLUMN `token` varchar(48) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;--> statement-breakpoint
ALTER TABLE `shares` ADD `root_id` bigint;--> statement-breakpoint
ALTER TABLE `shares` ADD `depth` smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `shares` ADD `forwarded_by` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `shares_chain` ON `shares` (`corp_id`,`root_id`,`id`);