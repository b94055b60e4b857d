/** Every method and path that is no route. Documents say nothing about it, so it is not among the routes. */
import { defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: '$default',
  tag: 'description',
  answers: {},
  refusals: ['NOT_FOUND', 'INTERNAL_ERROR'],
})
