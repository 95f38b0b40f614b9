DROP INDEX `audit_logs_list` ON `audit_logs`;--> statement-breakpoint
DROP INDEX `audit_logs_action` ON `audit_logs`;--> statement-breakpoint
DROP INDEX `audit_logs_actor` ON `audit_logs`;--> statement-breakpoint
CREATE INDEX `audit_logs_time` ON `audit_logs` (`corp_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_logs_action_time` ON `audit_logs` (`corp_id`,`action`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_logs_actor_time` ON `audit_logs` (`corp_id`,`actor_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `setup_tickets_expires` ON `setup_tickets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `customer_events_age` ON `customer_events` (`kind`,`at`);--> statement-breakpoint
CREATE INDEX `visitors_created` ON `visitors` (`created_at`);