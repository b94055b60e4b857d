/** The process in which the starter's clients of MariaDB and Kafka live (scripts/local/clients.ts). It ends with the starter. */
import type { Answer, Question, Tasks } from './clients.ts'
import { probeKafka, probeMariadb } from './probes.ts'

/** Each loads what it needs when it is first asked. */
const tasks: Tasks = {
  probeMariadb,
  probeKafka,
  migrate: async databaseUrl => (await import('../../shared/stores/migrate.ts')).migrate(databaseUrl),
  createTopics: async brokers =>
    (await import('../../shared/messaging/topics.ts')).createTopics({ brokers: brokers.split(',') }),
  inviteToConsole: async env => (await import('./demo-operators.ts')).inviteToConsole(env),
  appendDemoAct: async ({ env, act }) => (await import('./demo/append-act.ts')).appendDemoAct(env, act),
}

process.on('message', ({ id, task, argument }: Question) => {
  // A starter that was killed hears no answer.
  const answer = (given: Answer) => process.connected && process.send?.(given)
  const run: (given: never) => Promise<unknown> = tasks[task]
  run(argument as never).then(
    value => answer({ id, value }),
    error => answer({ id, error }),
  )
})
