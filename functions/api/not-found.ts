/** Every other route: 404 NOT_FOUND in the same shape as all errors. */
import { ApiError, type ErrorLog, errors, type RoutePorts, route } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/ports.ts'

export const createHandler = (ports: RoutePorts & { log: ErrorLog }) =>
  route(ports)
    .use(errors(ports))
    .handler(async () => {
      throw new ApiError('NOT_FOUND')
    })

export const handler = createHandler(portsFromEnv())
