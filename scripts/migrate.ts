/** `npm run migrate`: brings the database to the newest schema without starting anything. */
import { migrate } from '../shared/stores/migrate.ts'
import { readRunFile } from './local/run-file.ts'
import { createReporter } from './terminal/output.ts'

const databaseUrl = process.env.DATABASE_URL || readRunFile()?.env.DATABASE_URL
const reporter = createReporter()

if (!databaseUrl) {
  reporter.line('No database: set DATABASE_URL, or start the system with `npm start` (which migrates by itself).')
  process.exit(1)
}

try {
  const applied = await migrate(databaseUrl)
  reporter.line(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
} catch (error) {
  reporter.failure(error)
  process.exit(1)
}
