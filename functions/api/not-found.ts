/** Every other route: 404 NOT_FOUND in the same shape as all errors. */
import { contract } from '../../shared/contracts/routes/not-found.ts'
import { defineRoute, notFound, type RoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts) => defineRoute(contract)(ports, async () => notFound())

export const handler = createHandler(portsFromEnv())
