INSERT INTO `material_files` (`corp_id`,`material_id`,`position`,`file_id`) SELECT `corp_id`,`id`,0,`file_id` FROM `materials` WHERE `file_id` IS NOT NULL;--> statement-breakpoint
UPDATE `materials` m LEFT JOIN `files` f ON f.`corp_id` = m.`corp_id` AND f.`id` = m.`file_id` SET m.`search_text` = LOWER(CONCAT(m.`title`, ' ', COALESCE(f.`name`, '')));--> statement-breakpoint
DROP INDEX `materials_file` ON `materials`;--> statement-breakpoint
ALTER TABLE `materials` DROP COLUMN `file_id`;