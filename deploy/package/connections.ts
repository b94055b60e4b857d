/** How many connections to the database the functions of a stage may have open together. */
import type { FunctionDefinition } from './roles.ts'

export interface ConnectionUsers {
  functions: Record<string, FunctionDefinition>
  provider: { environment: Record<string, string> }
  custom: { settings: { stage: { databaseConnections?: number } } }
}

/** As deploy/stages/aws.yml tells a function where the database is. */
const asksDatabase = (environment: Record<string, string> = {}): boolean =>
  'DATABASE_URL' in environment || 'SERVICE_URLS' in environment

/** What is wrong when they could be more than the stage's `databaseConnections`. A stage without it bounds nothing. */
export function connectionProblem({ functions, provider, custom }: ConnectionUsers): string | undefined {
  const max = custom.settings.stage.databaseConnections
  if (max === undefined) return undefined
  const users = Object.entries(functions).filter(([, { environment }]) => asksDatabase(environment))
  const [unbounded] = users.find(([, { reservedConcurrency }]) => reservedConcurrency == null) ?? []
  if (unbounded !== undefined)
    return `databaseConnections is ${max}, and ${unbounded} may have any number: it has no reservedConcurrency`
  const instances = users.reduce((sum, [, { reservedConcurrency }]) => sum + reservedConcurrency!, 0)
  const opened = instances * Number(provider.environment.DATABASE_CONNECTIONS)
  if (opened > max)
    return `${instances} instances may open ${opened} connections to the database; databaseConnections is ${max}`
}
