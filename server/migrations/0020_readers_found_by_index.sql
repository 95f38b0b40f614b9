DROP INDEX `views_customer` ON `views`;--> statement-breakpoint
DROP INDEX `views_material` ON `views`;--> statement-breakpoint
DROP INDEX `views_staff` ON `views`;--> statement-breakpoint
DROP INDEX `views_opened` ON `views`;--> statement-breakpoint
CREATE INDEX `views_also_told` ON `views` (`corp_id`,`also_told`,`opened_at`,`id`,`material_id`);--> statement-breakpoint
CREATE INDEX `views_customer` ON `views` (`corp_id`,`customer_id`,`opened_at`,`id`,`material_id`);--> statement-breakpoint
CREATE INDEX `views_material` ON `views` (`corp_id`,`material_id`,`opened_at`,`id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `views_staff` ON `views` (`corp_id`,`staff_id`,`opened_at`,`id`,`material_id`);--> statement-breakpoint
CREATE INDEX `views_opened` ON `views` (`corp_id`,`opened_at`,`id`,`staff_id`,`visitor_id`,`customer_id`,`counted_ms`);