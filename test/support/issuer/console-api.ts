/**
 * A program: the console's routes as they are deployed, as one function behind a JWT authorizer, on this machine. Claims stand in no
 * header here: whoever sends a request cannot write them. Its arguments are the issuer and the audience; it prints its address.
 */
import { handler, handlers } from '../../../functions/console.ts'
import { contextOf } from '../../unit/lambda-events.ts'
import { ApiGateway } from '../lambda/api-gateway.ts'
import { jwtAuthorizer } from './jwt-authorizer.ts'

const [issuer = '', ...audience] = process.argv.slice(2)
const routes = Object.keys(handlers).map(routeKey => ({ routeKey, functionKey: 'console' }))
const invoke = async (_: string, event: unknown) => ({
  payload: JSON.stringify(await handler(event as Parameters<typeof handler>[0], contextOf())),
})
const gateway = await ApiGateway.listen(routes, invoke, jwtAuthorizer(issuer, audience))
console.log(gateway.url)
