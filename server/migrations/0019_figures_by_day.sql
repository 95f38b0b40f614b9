CREATE TABLE `contact_ways` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`state` varchar(10) NOT NULL,
	`config_id` varchar(100),
	`qr_code` varchar(512),
	`attempts` int NOT NULL DEFAULT 0,
	`error` varchar(300),
	`due_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `contact_ways_corp_id_staff_id_pk` PRIMARY KEY(`corp_id`,`staff_id`)
);
--> statement-breakpoint
CREATE TABLE `official_accounts` (
	`id` int AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`app_id` varchar(40) NOT NULL,
	`app_secret` varchar(512) NOT NULL,
	`reader_sign_in` varchar(10) NOT NULL DEFAULT 'silent',
	`proofs` json NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `official_accounts_id` PRIMARY KEY(`id`),
	CONSTRAINT `official_accounts_corp` UNIQUE(`corp_id`)
);
--> statement-breakpoint
CREATE TABLE `customer_heat` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`customer_id` bigint NOT NULL,
	`heat` double NOT NULL,
	`last_at` datetime(3) NOT NULL,
	CONSTRAINT `customer_heat_corp_id_staff_id_customer_id_pk` PRIMARY KEY(`corp_id`,`staff_id`,`customer_id`)
);
--> statement-breakpoint
CREATE TABLE `material_pages` (
	`corp_id` int NOT NULL,
	`material_id` bigint NOT NULL,
	`staff_id` bigint NOT NULL,
	`page` smallint NOT NULL,
	`views` int NOT NULL DEFAULT 0,
	`read_ms` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `material_pages_corp_id_material_id_staff_id_page_pk` PRIMARY KEY(`corp_id`,`material_id`,`staff_id`,`page`)
);
--> statement-breakpoint
CREATE TABLE `material_sender_days` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`material_id` bigint NOT NULL,
	`day` date NOT NULL,
	`views` int NOT NULL DEFAULT 0,
	`shares` int NOT NULL DEFAULT 0,
	`readings` int NOT NULL DEFAULT 0,
	`read_ms` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `material_sender_days_corp_id_staff_id_day_material_id_pk` PRIMARY KEY(`corp_id`,`staff_id`,`day`,`material_id`)
);
--> statement-breakpoint
CREATE TABLE `radar_settings` (
	`corp_id` int NOT NULL,
	`consent_line` tinyint NOT NULL,
	`tell_reading` tinyint NOT NULL,
	`tell_summary` tinyint NOT NULL,
	`quiet_from` smallint,
	`quiet_until` smallint,
	`keep_views_days` int,
	`version` int NOT NULL DEFAULT 1,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `radar_settings_corp_id` PRIMARY KEY(`corp_id`)
);
--> statement-breakpoint
CREATE TABLE `sender_days` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`day` date NOT NULL,
	`views` int NOT NULL DEFAULT 0,
	`shares` int NOT NULL DEFAULT 0,
	`readings` int NOT NULL DEFAULT 0,
	`read_ms` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `sender_days_corp_id_day_staff_id_pk` PRIMARY KEY(`corp_id`,`day`,`staff_id`)
);
--> statement-breakpoint
ALTER TABLE `material_days` ADD `readings` int DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `material_days` ADD `read_ms` bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `view_pages` ADD `counted_ms` int;--> statement-breakpoint
ALTER TABLE `views` ADD `also_told` bigint;--> statement-breakpoint
ALTER TABLE `visitors` ADD `account_open_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `visitors` ADD `union_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `contact_ways_due` ON `contact_ways` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `customer_heat_order` ON `customer_heat` (`corp_id`,`heat`,`customer_id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `customer_heat_staff` ON `customer_heat` (`corp_id`,`staff_id`,`heat`,`customer_id`);--> statement-breakpoint
CREATE INDEX `customer_heat_customer` ON `customer_heat` (`corp_id`,`customer_id`,`staff_id`,`heat`);--> statement-breakpoint
CREATE INDEX `customer_heat_age` ON `customer_heat` (`last_at`);--> statement-breakpoint
CREATE INDEX `material_sender_days_material` ON `material_sender_days` (`corp_id`,`material_id`,`day`,`staff_id`,`views`,`shares`,`readings`,`read_ms`);--> statement-breakpoint
CREATE INDEX `sender_days_staff` ON `sender_days` (`corp_id`,`staff_id`,`day`);--> statement-breakpoint
CREATE INDEX `material_days_day` ON `material_days` (`corp_id`,`day`,`material_id`,`views`,`shares`,`readings`,`read_ms`);--> statement-breakpoint
CREATE INDEX `visitors_account` ON `visitors` (`corp_id`,`account_open_id`);--> statement-breakpoint
CREATE INDEX `visitors_union` ON `visitors` (`corp_id`,`union_id`);--> statement-breakpoint
INSERT INTO `material_sender_days` (`corp_id`, `staff_id`, `material_id`, `day`, `views`, `readings`, `read_ms`)
SELECT v.`corp_id`, v.`staff_id`, v.`material_id`, DATE(v.`opened_at` + INTERVAL 8 HOUR) AS d, COUNT(*), SUM(v.`counted_ms` IS NOT NULL), SUM(COALESCE(v.`counted_ms`, 0))
FROM `views` v WHERE v.`announced` > 0 GROUP BY v.`corp_id`, v.`staff_id`, v.`material_id`, d
ON DUPLICATE KEY UPDATE `views` = VALUES(`views`);
--> statement-breakpoint
INSERT INTO `material_sender_days` (`corp_id`, `staff_id`, `material_id`, `day`, `shares`)
SELECT s.`corp_id`, s.`staff_id`, s.`material_id`, DATE(s.`sent_at` + INTERVAL 8 HOUR) AS d, COUNT(*)
FROM `shares` s WHERE s.`state` = 'sent' AND s.`sent_at` IS NOT NULL GROUP BY s.`corp_id`, s.`staff_id`, s.`material_id`, d
ON DUPLICATE KEY UPDATE `shares` = VALUES(`shares`);
--> statement-breakpoint
INSERT INTO `sender_days` (`corp_id`, `staff_id`, `day`, `views`, `shares`, `readings`, `read_ms`)
SELECT m.`corp_id`, m.`staff_id`, m.`day`, SUM(m.`views`), SUM(m.`shares`), SUM(m.`readings`), SUM(m.`read_ms`) FROM `material_sender_days` m GROUP BY m.`corp_id`, m.`staff_id`, m.`day`
ON DUPLICATE KEY UPDATE `views` = VALUES(`views`);
--> statement-breakpoint
UPDATE `material_days` d JOIN (SELECT `corp_id`, `material_id`, `day`, SUM(`readings`) AS `readings`, SUM(`read_ms`) AS `read_ms` FROM `material_sender_days` GROUP BY `corp_id`, `material_id`, `day`) m
ON m.`corp_id` = d.`corp_id` AND m.`material_id` = d.`material_id` AND m.`day` = d.`day` SET d.`readings` = m.`readings`, d.`read_ms` = m.`read_ms`;
--> statement-breakpoint
UPDATE `view_pages` p JOIN `views` v ON v.`corp_id` = p.`corp_id` AND v.`id` = p.`view_id` SET p.`counted_ms` = p.`visible_ms` WHERE v.`announced` = 2;
--> statement-breakpoint
INSERT INTO `material_pages` (`corp_id`, `material_id`, `staff_id`, `page`, `views`, `read_ms`)
SELECT v.`corp_id`, v.`material_id`, v.`staff_id`, p.`page`, COUNT(*), SUM(p.`counted_ms`) FROM `view_pages` p JOIN `views` v ON v.`corp_id` = p.`corp_id` AND v.`id` = p.`view_id`
WHERE p.`counted_ms` IS NOT NULL GROUP BY v.`corp_id`, v.`material_id`, v.`staff_id`, p.`page`
ON DUPLICATE KEY UPDATE `views` = VALUES(`views`);
--> statement-breakpoint
INSERT INTO `customer_heat` (`corp_id`, `staff_id`, `customer_id`, `heat`, `last_at`)
SELECT v.`corp_id`, v.`staff_id`, v.`customer_id`,
  LOG2(SUM(POW(2, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), v.`opened_at`) / 259200) * (1 + COALESCE(v.`counted_ms`, 0) / 60000))) + TIMESTAMPDIFF(SECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP()) / 259200, MAX(v.`opened_at`)
FROM `views` v WHERE v.`announced` > 0 AND v.`reader` = 'customer' AND v.`customer_id` IS NOT NULL GROUP BY v.`corp_id`, v.`staff_id`, v.`customer_id`
ON DUPLICATE KEY UPDATE `last_at` = VALUES(`last_at`);
