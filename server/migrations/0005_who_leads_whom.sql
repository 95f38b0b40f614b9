CREATE TABLE `department_leaders` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`department_id` int NOT NULL,
	CONSTRAINT `department_leaders_corp_id_staff_id_department_id_pk` PRIMARY KEY(`corp_id`,`staff_id`,`department_id`)
);
--> statement-breakpoint
CREATE TABLE `organisation_versions` (
	`corp_id` int NOT NULL,
	`version` bigint NOT NULL DEFAULT 1,
	CONSTRAINT `organisation_versions_corp_id` PRIMARY KEY(`corp_id`)
);
--> statement-breakpoint
ALTER TABLE `roles` ADD `version` int DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX `department_leaders_department` ON `department_leaders` (`corp_id`,`department_id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `staff_corp` ON `staff` (`corp_id`,`id`);--> statement-breakpoint
INSERT INTO `department_leaders` (`corp_id`, `staff_id`, `department_id`) SELECT `corp_id`, `staff_id`, `department_id` FROM `staff_departments` WHERE `leader` = 1;--> statement-breakpoint
ALTER TABLE `departments` DROP COLUMN `leaders`;--> statement-breakpoint
ALTER TABLE `staff_departments` DROP COLUMN `leader`;