CREATE TABLE `audit_logs` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`actor_id` bigint,
	`action` varchar(40) NOT NULL,
	`subject` varchar(200) NOT NULL,
	`before_value` json,
	`after_value` json,
	`from_address` varchar(64),
	`at` datetime(3) NOT NULL,
	CONSTRAINT `audit_logs_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `callbacks` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`digest` binary(32) NOT NULL,
	`event` varchar(64) NOT NULL,
	`change_type` varchar(64),
	`subject` varchar(128),
	`body` mediumtext NOT NULL,
	`state` varchar(10) NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`error` text,
	`created_at` datetime(3) NOT NULL,
	`received_at` datetime(3) NOT NULL,
	`processed_at` datetime(3),
	`due_at` datetime(3) NOT NULL,
	CONSTRAINT `callbacks_id` PRIMARY KEY(`id`),
	CONSTRAINT `callbacks_digest` UNIQUE(`corp_id`,`digest`)
);
--> statement-breakpoint
CREATE TABLE `corps` (
	`id` int AUTO_INCREMENT NOT NULL,
	`wecom_corp_id` varchar(64) NOT NULL,
	`name` varchar(100) NOT NULL,
	`agent_id` int,
	`agent_secret` varchar(512),
	`contact_secret` varchar(512),
	`callback_token` varchar(512) NOT NULL,
	`callback_aes_key` varchar(512) NOT NULL,
	`domain_file` varchar(40),
	`admin_userids` json NOT NULL,
	`zone` varchar(40) NOT NULL DEFAULT 'Asia/Shanghai',
	`settings` json NOT NULL,
	`proofs` json NOT NULL,
	`suspended` tinyint NOT NULL DEFAULT 0,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `corps_id` PRIMARY KEY(`id`),
	CONSTRAINT `corps_wecom_corp_id` UNIQUE(`wecom_corp_id`)
);
--> statement-breakpoint
CREATE TABLE `setup_tickets` (
	`ticket_hash` varchar(64) NOT NULL,
	`corp_id` int NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `setup_tickets_ticket_hash` PRIMARY KEY(`ticket_hash`)
);
--> statement-breakpoint
CREATE TABLE `customer_events` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`customer_id` bigint NOT NULL,
	`kind` varchar(30) NOT NULL,
	`staff_id` bigint,
	`subject` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`data` json NOT NULL,
	`at` datetime(3) NOT NULL,
	`relayed` tinyint NOT NULL DEFAULT 0,
	CONSTRAINT `customer_events_id` PRIMARY KEY(`id`),
	CONSTRAINT `customer_events_once` UNIQUE(`corp_id`,`customer_id`,`kind`,`subject`)
);
--> statement-breakpoint
CREATE TABLE `customers` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`external_user_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name` varchar(200) NOT NULL,
	`avatar` varchar(512),
	`type` tinyint NOT NULL,
	`gender` tinyint NOT NULL DEFAULT 0,
	`union_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`corp_name` varchar(200),
	`corp_full_name` varchar(200),
	`position` varchar(200),
	`synced_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `customers_id` PRIMARY KEY(`id`),
	CONSTRAINT `customers_external` UNIQUE(`corp_id`,`external_user_id`)
);
--> statement-breakpoint
CREATE TABLE `customer_relation_tags` (
	`corp_id` int NOT NULL,
	`relation_id` bigint NOT NULL,
	`tag_key` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`kind` varchar(10) NOT NULL,
	`name` varchar(100) NOT NULL,
	`group_name` varchar(100) NOT NULL DEFAULT '',
	CONSTRAINT `customer_relation_tags_corp_id_relation_id_tag_key_pk` PRIMARY KEY(`corp_id`,`relation_id`,`tag_key`)
);
--> statement-breakpoint
CREATE TABLE `customer_relations` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`customer_id` bigint NOT NULL,
	`staff_id` bigint NOT NULL,
	`remark` varchar(200) NOT NULL DEFAULT '',
	`description` varchar(1000) NOT NULL DEFAULT '',
	`remark_corp` varchar(200) NOT NULL DEFAULT '',
	`phones` text,
	`add_way` smallint NOT NULL DEFAULT 0,
	`channel` varchar(128),
	`oper_userid` varchar(64),
	`state` varchar(10) NOT NULL,
	`added_at` datetime(3) NOT NULL,
	`ended_at` datetime(3),
	`synced_at` datetime(3) NOT NULL,
	`check_at` datetime(3),
	CONSTRAINT `customer_relations_id` PRIMARY KEY(`id`),
	CONSTRAINT `relations_pair` UNIQUE(`corp_id`,`customer_id`,`staff_id`)
);
--> statement-breakpoint
CREATE TABLE `tag_groups` (
	`corp_id` int NOT NULL,
	`group_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name` varchar(100) NOT NULL,
	`sort_order` bigint NOT NULL DEFAULT 0,
	`seen_at` datetime(3) NOT NULL,
	CONSTRAINT `tag_groups_corp_id_group_id_pk` PRIMARY KEY(`corp_id`,`group_id`)
);
--> statement-breakpoint
CREATE TABLE `tags` (
	`corp_id` int NOT NULL,
	`tag_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`group_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name` varchar(100) NOT NULL,
	`sort_order` bigint NOT NULL DEFAULT 0,
	`seen_at` datetime(3) NOT NULL,
	CONSTRAINT `tags_corp_id_tag_id_pk` PRIMARY KEY(`corp_id`,`tag_id`)
);
--> statement-breakpoint
CREATE TABLE `group_chat_members` (
	`corp_id` int NOT NULL,
	`group_chat_id` bigint NOT NULL,
	`member_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`type` tinyint NOT NULL,
	`name` varchar(200) NOT NULL DEFAULT '',
	`join_scene` tinyint,
	`invited_by` varchar(64),
	`joined_at` datetime(3),
	CONSTRAINT `group_chat_members_corp_id_group_chat_id_member_id_pk` PRIMARY KEY(`corp_id`,`group_chat_id`,`member_id`)
);
--> statement-breakpoint
CREATE TABLE `group_chats` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`chat_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`name` varchar(200) NOT NULL,
	`owner_userid` varchar(64) NOT NULL,
	`notice` varchar(2000),
	`member_version` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`admins` json NOT NULL,
	`dismissed_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`synced_at` datetime(3) NOT NULL,
	CONSTRAINT `group_chats_id` PRIMARY KEY(`id`),
	CONSTRAINT `group_chats_chat` UNIQUE(`corp_id`,`chat_id`)
);
--> statement-breakpoint
CREATE TABLE `departments` (
	`corp_id` int NOT NULL,
	`department_id` int NOT NULL,
	`name` varchar(100) NOT NULL,
	`parent_id` int,
	`sort_order` bigint NOT NULL DEFAULT 0,
	`leaders` json NOT NULL,
	CONSTRAINT `departments_corp_id_department_id_pk` PRIMARY KEY(`corp_id`,`department_id`)
);
--> statement-breakpoint
CREATE TABLE `roles` (
	`corp_id` int NOT NULL,
	`role_key` varchar(40) NOT NULL,
	`name` varchar(40) NOT NULL,
	`predefined` tinyint NOT NULL DEFAULT 0,
	`permissions` json NOT NULL,
	`data_scope` varchar(20) NOT NULL,
	CONSTRAINT `roles_corp_id_role_key_pk` PRIMARY KEY(`corp_id`,`role_key`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` varchar(64) NOT NULL,
	`corp_id` int NOT NULL,
	`staff_id` bigint,
	`kind` varchar(10) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	CONSTRAINT `sessions_token_hash` PRIMARY KEY(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `staff` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`userid` varchar(64) NOT NULL,
	`userid_key` varchar(64) NOT NULL,
	`name` varchar(100) NOT NULL,
	`avatar` varchar(512),
	`position` varchar(100),
	`main_department` int,
	`direct_leaders` json NOT NULL,
	`state` varchar(10) NOT NULL,
	`left_at` datetime(3),
	`seen_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `staff_id` PRIMARY KEY(`id`),
	CONSTRAINT `staff_userid` UNIQUE(`corp_id`,`userid_key`)
);
--> statement-breakpoint
CREATE TABLE `staff_departments` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`department_id` int NOT NULL,
	`leader` tinyint NOT NULL DEFAULT 0,
	CONSTRAINT `staff_departments_corp_id_staff_id_department_id_pk` PRIMARY KEY(`corp_id`,`staff_id`,`department_id`)
);
--> statement-breakpoint
CREATE TABLE `staff_roles` (
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`role_key` varchar(40) NOT NULL,
	CONSTRAINT `staff_roles_corp_id_staff_id_role_key_pk` PRIMARY KEY(`corp_id`,`staff_id`,`role_key`)
);
--> statement-breakpoint
CREATE TABLE `job_failures` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`job_id` bigint NOT NULL,
	`item` varchar(200) NOT NULL,
	`reason` varchar(500) NOT NULL,
	CONSTRAINT `job_failures_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`kind` varchar(40) NOT NULL,
	`title` varchar(100) NOT NULL,
	`state` varchar(10) NOT NULL,
	`done` int NOT NULL DEFAULT 0,
	`total` int,
	`failed` int NOT NULL DEFAULT 0,
	`note` varchar(300),
	`error` text,
	`resume_at` json,
	`holder` varchar(36),
	`cancel_asked` tinyint NOT NULL DEFAULT 0,
	`moved_at` datetime(3) NOT NULL,
	`requested_by` bigint,
	`created_at` datetime(3) NOT NULL,
	`started_at` datetime(3),
	`finished_at` datetime(3),
	CONSTRAINT `jobs_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `files` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`file_key` varchar(120) NOT NULL,
	`kind` varchar(10) NOT NULL,
	`name` varchar(200) NOT NULL,
	`bytes` int NOT NULL,
	`mime` varchar(60) NOT NULL,
	`sha256` varchar(64) NOT NULL,
	`width` int,
	`height` int,
	`pages` int,
	`drawn` json NOT NULL,
	`state` varchar(10) NOT NULL,
	`note` varchar(300),
	`uploaded_by` bigint,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `files_id` PRIMARY KEY(`id`),
	CONSTRAINT `files_key` UNIQUE(`corp_id`,`file_key`)
);
--> statement-breakpoint
CREATE TABLE `material_groups` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`scope` varchar(10) NOT NULL,
	`name` varchar(40) NOT NULL,
	`is_default` tinyint NOT NULL DEFAULT 0,
	`sort_order` int NOT NULL DEFAULT 0,
	CONSTRAINT `material_groups_id` PRIMARY KEY(`id`),
	CONSTRAINT `material_groups_name` UNIQUE(`corp_id`,`scope`,`name`)
);
--> statement-breakpoint
CREATE TABLE `materials` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`scope` varchar(10) NOT NULL,
	`group_id` bigint NOT NULL,
	`type` varchar(10) NOT NULL,
	`title` varchar(60) NOT NULL,
	`summary` varchar(400) NOT NULL DEFAULT '',
	`url` varchar(1024),
	`file_id` bigint,
	`cover_file_id` bigint,
	`score` int NOT NULL DEFAULT 0,
	`tag_ids` json NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_by` bigint,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	`deleted_at` datetime(3),
	CONSTRAINT `materials_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `notices` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`staff_id` bigint NOT NULL,
	`kind` varchar(30) NOT NULL,
	`once_key` varchar(100) NOT NULL,
	`card` json NOT NULL,
	`state` varchar(10) NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`error` varchar(500),
	`wecom_msg_id` varchar(200),
	`due_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`sent_at` datetime(3),
	`merged` tinyint NOT NULL DEFAULT 0,
	CONSTRAINT `notices_id` PRIMARY KEY(`id`),
	CONSTRAINT `notices_once` UNIQUE(`corp_id`,`once_key`)
);
--> statement-breakpoint
CREATE TABLE `material_days` (
	`corp_id` int NOT NULL,
	`material_id` bigint NOT NULL,
	`day` date NOT NULL,
	`views` int NOT NULL DEFAULT 0,
	`shares` int NOT NULL DEFAULT 0,
	CONSTRAINT `material_days_corp_id_material_id_day_pk` PRIMARY KEY(`corp_id`,`material_id`,`day`)
);
--> statement-breakpoint
CREATE TABLE `shares` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`token` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`parent_id` bigint,
	`material_id` bigint NOT NULL,
	`staff_id` bigint NOT NULL,
	`context` varchar(20) NOT NULL,
	`customer_id` bigint,
	`group_chat_id` bigint,
	`request_id` varchar(36) NOT NULL,
	`state` varchar(10) NOT NULL,
	`fail_reason` varchar(200),
	`bound_visitor` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	`sent_at` datetime(3),
	CONSTRAINT `shares_id` PRIMARY KEY(`id`),
	CONSTRAINT `shares_token` UNIQUE(`token`),
	CONSTRAINT `shares_request` UNIQUE(`corp_id`,`staff_id`,`request_id`)
);
--> statement-breakpoint
CREATE TABLE `view_pages` (
	`corp_id` int NOT NULL,
	`view_id` bigint NOT NULL,
	`page` smallint NOT NULL,
	`visible_ms` int NOT NULL,
	CONSTRAINT `view_pages_corp_id_view_id_page_pk` PRIMARY KEY(`corp_id`,`view_id`,`page`)
);
--> statement-breakpoint
CREATE TABLE `views` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`corp_id` int NOT NULL,
	`view_key` varchar(24) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`share_id` bigint NOT NULL,
	`material_id` bigint NOT NULL,
	`staff_id` bigint NOT NULL,
	`visitor_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`customer_id` bigint,
	`reader` varchar(10) NOT NULL DEFAULT 'unknown',
	`opened_at` datetime(3) NOT NULL,
	`last_seen_at` datetime(3) NOT NULL,
	`visible_ms` int NOT NULL DEFAULT 0,
	`last_page` smallint,
	`max_page` smallint,
	`pages` smallint,
	`depth` tinyint NOT NULL DEFAULT 0,
	`has_left` tinyint NOT NULL DEFAULT 0,
	`device` varchar(20) NOT NULL DEFAULT '',
	`open_number` int NOT NULL DEFAULT 1,
	`announced` tinyint NOT NULL DEFAULT 0,
	CONSTRAINT `views_id` PRIMARY KEY(`id`),
	CONSTRAINT `views_key` UNIQUE(`corp_id`,`view_key`)
);
--> statement-breakpoint
CREATE TABLE `visitors` (
	`corp_id` int NOT NULL,
	`visitor_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`external_user_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`open_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`customer_id` bigint,
	`known_by` varchar(10),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `visitors_corp_id_visitor_id_pk` PRIMARY KEY(`corp_id`,`visitor_id`)
);
--> statement-breakpoint
CREATE INDEX `audit_logs_list` ON `audit_logs` (`corp_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_logs_action` ON `audit_logs` (`corp_id`,`action`,`id`);--> statement-breakpoint
CREATE INDEX `audit_logs_actor` ON `audit_logs` (`corp_id`,`actor_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_logs_at` ON `audit_logs` (`at`);--> statement-breakpoint
CREATE INDEX `callbacks_list` ON `callbacks` (`corp_id`,`id`);--> statement-breakpoint
CREATE INDEX `callbacks_corp_state` ON `callbacks` (`corp_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `callbacks_sweep` ON `callbacks` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `customer_events_timeline` ON `customer_events` (`corp_id`,`customer_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `customer_events_outbox` ON `customer_events` (`relayed`,`id`);--> statement-breakpoint
CREATE INDEX `customers_union` ON `customers` (`corp_id`,`union_id`);--> statement-breakpoint
CREATE INDEX `customers_name` ON `customers` (`corp_id`,`name`);--> statement-breakpoint
CREATE INDEX `relation_tags_tag` ON `customer_relation_tags` (`corp_id`,`tag_key`,`relation_id`);--> statement-breakpoint
CREATE INDEX `relations_owner` ON `customer_relations` (`corp_id`,`staff_id`,`state`,`added_at`,`id`);--> statement-breakpoint
CREATE INDEX `relations_added` ON `customer_relations` (`corp_id`,`state`,`added_at`,`id`);--> statement-breakpoint
CREATE INDEX `relations_ended` ON `customer_relations` (`corp_id`,`ended_at`);--> statement-breakpoint
CREATE INDEX `relations_remark` ON `customer_relations` (`corp_id`,`remark`);--> statement-breakpoint
CREATE INDEX `relations_check` ON `customer_relations` (`check_at`);--> statement-breakpoint
CREATE INDEX `tags_group` ON `tags` (`corp_id`,`group_id`);--> statement-breakpoint
CREATE INDEX `group_chat_members_member` ON `group_chat_members` (`corp_id`,`member_id`,`group_chat_id`);--> statement-breakpoint
CREATE INDEX `group_chats_owner` ON `group_chats` (`corp_id`,`owner_userid`);--> statement-breakpoint
CREATE INDEX `sessions_staff` ON `sessions` (`corp_id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `staff_state` ON `staff` (`corp_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `staff_departments_department` ON `staff_departments` (`corp_id`,`department_id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `staff_roles_role` ON `staff_roles` (`corp_id`,`role_key`);--> statement-breakpoint
CREATE INDEX `job_failures_job` ON `job_failures` (`corp_id`,`job_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_corp` ON `jobs` (`corp_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_kind` ON `jobs` (`corp_id`,`kind`,`state`);--> statement-breakpoint
CREATE INDEX `jobs_begun` ON `jobs` (`corp_id`,`kind`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`,`moved_at`);--> statement-breakpoint
CREATE INDEX `files_state` ON `files` (`state`,`created_at`);--> statement-breakpoint
CREATE INDEX `materials_list` ON `materials` (`corp_id`,`scope`,`deleted_at`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `materials_group` ON `materials` (`corp_id`,`group_id`,`deleted_at`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `notices_due` ON `notices` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `notices_staff` ON `notices` (`corp_id`,`staff_id`,`id`);--> statement-breakpoint
CREATE INDEX `shares_material` ON `shares` (`corp_id`,`material_id`,`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `shares_staff` ON `shares` (`corp_id`,`staff_id`,`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `shares_sent` ON `shares` (`corp_id`,`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `views_customer` ON `views` (`corp_id`,`customer_id`,`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `views_material` ON `views` (`corp_id`,`material_id`,`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `views_staff` ON `views` (`corp_id`,`staff_id`,`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `views_opened` ON `views` (`corp_id`,`opened_at`,`id`);--> statement-breakpoint
CREATE INDEX `views_seen` ON `views` (`corp_id`,`last_seen_at`);--> statement-breakpoint
CREATE INDEX `views_announce` ON `views` (`announced`,`opened_at`);--> statement-breakpoint
CREATE INDEX `views_visitor` ON `views` (`corp_id`,`visitor_id`,`material_id`);--> statement-breakpoint
CREATE INDEX `visitors_customer` ON `visitors` (`corp_id`,`customer_id`);