/** The same empty handler, written in TypeScript as the product's handlers are, and found as serverless-offline finds such a one. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { empty as answer } from '../empty-handler/handler.mjs'

export const empty = async (event: APIGatewayProxyEventV2) => answer(event)
