/** `npm run migrate`: brings the database to the newest schema without starting anything. */
import { operatorCommand, YES_FLAG } from './operate/flags.ts'
import { runMigrate } from './operate/migrate/run-migrate.ts'
import { run } from './terminal/command.ts'

const command = operatorCommand('npm run migrate', 'Brings the database to the newest schema. Starts nothing.')
  .option('--topics', 'also create the Kafka topics that are missing')
  .option(...YES_FLAG)

await run(command, runMigrate)
