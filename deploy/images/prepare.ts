/** Runs once before the API starts in a container: applies the migrations and creates the topics. */
import { createTopics } from '../../shared/messaging/topics.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { migrate } from '../../shared/stores/migrate.ts'

const listOf = (names: string[]) => (names.length === 0 ? 'nothing to do' : names.join(', '))

const { databaseUrl, kafka } = configFrom(process.env)
console.log(`migrations: ${listOf(await migrate(databaseUrl))}`)
console.log(`topics: ${listOf(await createTopics(kafka))}`)
