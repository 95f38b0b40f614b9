import { customType } from 'drizzle-orm/mysql-core'

/** UTC `datetime(3)` in the database, epoch milliseconds in the program. */
export const moment = customType<{ data: number; driverData: string }>({
  dataType: () => 'datetime(3)',
  toDriver: (ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', ''),
  fromDriver: (text) => Date.parse(`${text.replace(' ', 'T')}Z`),
})

/** JSON column. Servers and drivers answer with an object or with text: both are taken. */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: string | T }>({
    dataType: () => 'json',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => (typeof value === 'string' ? (JSON.parse(value) as T) : value),
  })(name)

/** Bytes of fixed length, e.g. a SHA-256 digest. */
export const bytes = customType<{ data: Buffer; driverData: Buffer; config: { length: number } }>({
  dataType: (config) => `binary(${config?.length ?? 32})`,
})

/** Ids and tokens: compared byte by byte. The usual collation takes `wmA` for `wma`, and one emoji for another. */
export const exactText = customType<{ data: string; driverData: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 64}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
})
