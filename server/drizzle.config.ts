import { defineConfig } from 'drizzle-kit'

/** `npx drizzle-kit generate --name what_changes` writes the next migration from the tables of all areas. */
export default defineConfig({ dialect: 'mysql', schema: './src/modules/*/tables.ts', out: './migrations' })
