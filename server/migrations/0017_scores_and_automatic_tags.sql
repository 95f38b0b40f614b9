CREATE TABLE `auto_tags` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`customer_id` bigint NOT NULL,
	`tag_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`source` varchar(40) NOT NULL,
	`title` varchar(60) NOT NULL,
	`staff_id` bigint,
	`state` varchar(10) NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`unsure` tinyint NOT NULL DEFAULT 0,
	`due_at` datetime(3) NOT NULL,
	`error` varchar(300),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `auto_tags_id` PRIMARY KEY(`id`),
	CONSTRAINT `auto_tags_once` UNIQUE(`corp_id`,`customer_id`,`tag_id`,`source`)
);
--> statement-breakpoint
CREATE TABLE `customer_scores` (
	`corp_id` int NOT NULL,
	`customer_id` bigint NOT NULL,
	`source` varchar(40) NOT NULL,
	`day` varchar(10) NOT NULL,
	`points` int NOT NULL,
	`at` datetime(3) NOT NULL,
	CONSTRAINT `customer_scores_corp_id_customer_id_source_day_pk` PRIMARY KEY(`corp_id`,`customer_id`,`source`,`day`)
);
--> statement-breakpoint
ALTER TABLE `customers` ADD `score` int DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `auto_tags_due` ON `auto_tags` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `customer_scores_age` ON `customer_scores` (`at`);