/** `npm run migrate`: the newest schema, and the topics where they are asked for. */
import { createTopics } from '../../../shared/messaging/topics.ts'
import { migrate } from '../../../shared/stores/migrate.ts'
import { connectDatabase, withClient } from '../connections.ts'
import { type Address, type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'

export interface MigrateFlags extends SystemFlags {
  topics?: boolean
  yes?: boolean
}

/** 0 when nothing is left to do, 1 when the answer was no. Asks first where the system is not one of this machine. */
export async function runMigrate({ topics = false, yes = false, ...named }: MigrateFlags): Promise<number> {
  const needed: Address[] = topics ? ['DATABASE_URL', 'KAFKA_BROKERS'] : ['DATABASE_URL']
  const system = await systemNamedBy(named, process.env, needed)
  const question = topics ? 'Migrate the schema, and create missing topics?' : 'Migrate the schema?'
  const mayGoOn = yes || system.isOfThisMachine
  if (!(await mayChange(system, { typed: 'npm run migrate', question, yes: mayGoOn }))) return 1
  // Connects to both before it changes anything, so that the work is not left half done.
  await reach(system, topics)
  const applied = await migrate(system.databaseUrl)
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
  if (topics) await makeTopics(system)
  return 0
}

async function reach(system: FoundSystem, topics: boolean): Promise<void> {
  await (await connectDatabase(system.databaseUrl)).end()
  if (topics)
    await withClient(
      system,
      kafka => kafka.admin(),
      async () => {},
    )
}

async function makeTopics(system: FoundSystem): Promise<void> {
  const created = await createTopics(system)
  console.log(created.length === 0 ? 'Every topic is there.' : `Created ${created.join(', ')}.`)
}
