// Loaded into web and worker by NODE_OPTIONS: tells once a second how much memory the process holds.
import { renameSync, writeFileSync } from 'node:fs'

const file = `${process.env.DATA_DIR}/memory-${process.env.ROLES}.json`

setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage()
  // A reader must never see half of it.
  writeFileSync(`${file}.new`, JSON.stringify({ rss, heapUsed }))
  renameSync(`${file}.new`, file)
}, 1000).unref()
