CREATE TABLE `material_articles` (
	`corp_id` int NOT NULL,
	`material_id` bigint NOT NULL,
	`body` mediumtext NOT NULL,
	CONSTRAINT `material_articles_corp_id_material_id_pk` PRIMARY KEY(`corp_id`,`material_id`)
);
--> statement-breakpoint
CREATE TABLE `material_favourites` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`material_id` bigint NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `material_favourites_corp_id_staff_id_material_id_pk` PRIMARY KEY(`corp_id`,`staff_id`,`material_id`)
);
--> statement-breakpoint
CREATE TABLE `material_files` (
	`corp_id` int NOT NULL,
	`material_id` bigint NOT NULL,
	`position` smallint NOT NULL,
	`file_id` bigint NOT NULL,
	CONSTRAINT `material_files_corp_id_material_id_position_pk` PRIMARY KEY(`corp_id`,`material_id`,`position`)
);
--> statement-breakpoint
CREATE TABLE `material_group_departments` (
	`corp_id` int NOT NULL,
	`group_id` bigint NOT NULL,
	`department_id` int NOT NULL,
	CONSTRAINT `material_group_departments_corp_id_group_id_department_id_pk` PRIMARY KEY(`corp_id`,`group_id`,`department_id`)
);
--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`upload_key` varchar(120) NOT NULL,
	`kind` varchar(10) NOT NULL,
	`name` varchar(200) NOT NULL,
	`bytes` int NOT NULL,
	`mark` varchar(60) NOT NULL,
	`received` int NOT NULL DEFAULT 0,
	`finishing_at` datetime(3),
	`file_id` bigint,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `uploads_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `material_groups` DROP INDEX `material_groups_name`;--> statement-breakpoint
DROP INDEX `materials_list` ON `materials`;--> statement-breakpoint
ALTER TABLE `files` MODIFY COLUMN `mime` varchar(100) NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` MODIFY COLUMN `type` varchar(12) NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `duration_ms` int;--> statement-breakpoint
ALTER TABLE `material_groups` ADD `owner_id` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `owner_id` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `facts` json DEFAULT ('{}') NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `search_text` varchar(1000) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `material_groups` ADD CONSTRAINT `material_groups_name` UNIQUE(`corp_id`,`scope`,`owner_id`,`name`);--> statement-breakpoint
CREATE INDEX `material_favourites_newest` ON `material_favourites` (`corp_id`,`staff_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `material_files_file` ON `material_files` (`corp_id`,`file_id`);--> statement-breakpoint
CREATE INDEX `uploads_staff` ON `uploads` (`corp_id`,`staff_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_created` ON `uploads` (`created_at`);--> statement-breakpoint
CREATE INDEX `materials_library` ON `materials` (`corp_id`,`scope`,`owner_id`,`deleted_at`,`created_at`,`id`);