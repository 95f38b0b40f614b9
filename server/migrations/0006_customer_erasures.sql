CREATE TABLE `customer_erasures` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`person_key` binary(32) NOT NULL,
	`person` text,
	`customer_id` bigint NOT NULL,
	`erased_at` datetime(3) NOT NULL,
	`requested_by` bigint NOT NULL,
	`passes` tinyint NOT NULL DEFAULT 0,
	`due_at` datetime(3),
	`lifted_at` datetime(3),
	CONSTRAINT `customer_erasures_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `audit_logs` ADD `customer_id` bigint;--> statement-breakpoint
CREATE INDEX `customer_erasures_person` ON `customer_erasures` (`corp_id`,`person_key`);--> statement-breakpoint
CREATE INDEX `customer_erasures_due` ON `customer_erasures` (`due_at`);--> statement-breakpoint
CREATE INDEX `audit_logs_customer` ON `audit_logs` (`corp_id`,`customer_id`);--> statement-breakpoint
CREATE INDEX `customer_events_kind` ON `customer_events` (`corp_id`,`customer_id`,`kind`,`at`);--> statement-breakpoint
CREATE INDEX `shares_customer` ON `shares` (`corp_id`,`customer_id`,`id`);--> statement-breakpoint
CREATE INDEX `visitors_person` ON `visitors` (`corp_id`,`external_user_id`);