CREATE TABLE `material_senders` (
	`corp_id` int NOT NULL,
	`material_id` bigint NOT NULL,
	`staff_id` bigint NOT NULL,
	`shares` int NOT NULL DEFAULT 0,
	`views` int NOT NULL DEFAULT 0,
	`readers` int NOT NULL DEFAULT 0,
	`new_readers` int NOT NULL DEFAULT 0,
	`readings` int NOT NULL DEFAULT 0,
	`read_ms` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `material_senders_corp_id_material_id_staff_id_pk` PRIMARY KEY(`corp_id`,`material_id`,`staff_id`)
);
--> statement-breakpoint
DROP INDEX `shares_sent` ON `shares`;--> statement-breakpoint
DROP INDEX `views_opened` ON `views`;--> statement-breakpoint
ALTER TABLE `views` ADD `counted_ms` int;--> statement-breakpoint
INSERT INTO `material_senders` (`corp_id`, `material_id`, `staff_id`, `views`, `readers`, `new_readers`, `readings`, `read_ms`)
SELECT v.`corp_id`, v.`material_id`, v.`staff_id`, COUNT(*), COUNT(DISTINCT v.`visitor_id`), COUNT(f.`id`), SUM(v.`announced` = 2), SUM(IF(v.`announced` = 2, v.`visible_ms`, 0))
FROM `views` v LEFT JOIN (SELECT MIN(`id`) AS `id` FROM `views` WHERE `announced` > 0 GROUP BY `corp_id`, `material_id`, `visitor_id`) f ON f.`id` = v.`id`
WHERE v.`announced` > 0 GROUP BY v.`corp_id`, v.`material_id`, v.`staff_id`
ON DUPLICATE KEY UPDATE `views` = VALUES(`views`);
--> statement-breakpoint
INSERT INTO `material_senders` (`corp_id`, `material_id`, `staff_id`, `shares`)
SELECT s.`corp_id`, s.`material_id`, s.`staff_id`, COUNT(*) FROM `shares` s WHERE s.`state` = 'sent' GROUP BY s.`corp_id`, s.`material_id`, s.`staff_id`
ON DUPLICATE KEY UPDATE `shares` = VALUES(`shares`);
--> statement-breakpoint
UPDATE `views` SET `counted_ms` = `visible_ms` WHERE `announced` = 2;
--> statement-breakpoint
CREATE INDEX `shares_sent` ON `shares` (`corp_id`,`state`,`sent_at`,`staff_id`);--> statement-breakpoint
CREATE INDEX `views_opened` ON `views` (`corp_id`,`opened_at`,`id`,`staff_id`,`visitor_id`,`counted_ms`);