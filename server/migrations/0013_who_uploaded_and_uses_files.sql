CREATE INDEX `files_uploader` ON `files` (`corp_id`,`uploaded_by`,`created_at`);--> statement-breakpoint
CREATE INDEX `materials_file` ON `materials` (`corp_id`,`file_id`);--> statement-breakpoint
CREATE INDEX `materials_cover` ON `materials` (`corp_id`,`cover_file_id`);