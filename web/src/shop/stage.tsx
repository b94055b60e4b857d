/** The chosen phone, drawn large in its colour, with what it is known for. */
import { useTranslation } from 'react-i18next'
import { StagePicture } from '../catalog/phone-picture.tsx'
import type { Cart } from '../purchase/cart.ts'
import { useFinishName } from './names.ts'

const perks = ['free', 'refund', 'open'] as const
const specs = ['display', 'camera', 'chip'] as const

export function Stage({ cart }: { cart: Cart }) {
  const { t } = useTranslation()
  const color = useFinishName()(cart.phoneId, cart.finishId)
  const phone = t(`phones.${cart.phoneId}.name`)
  return (
    <div className="stage">
      <div className="stage-floor">
        <div className="stage-title">
          <p className="stage-name">{phone}</p>
          <p className="stage-tagline">{t(`phones.${cart.phoneId}.tagline`)}</p>
        </div>
        <div className="stage-picture" key={cart.phoneId}>
          <StagePicture phoneId={cart.phoneId} finishId={cart.finishId} label={t('choose.picture', { phone, color })} />
        </div>
        <ul className="stage-specs">
          {specs.map(spec => (
            <li key={spec}>{t(`phones.${cart.phoneId}.specs.${spec}`)}</li>
          ))}
        </ul>
      </div>
      <ul className="perks">
        {perks.map(perk => (
          <li key={perk}>
            <PerkIcon perk={perk} />
            <div>
              <strong>{t(`perks.${perk}`)}</strong>
              <span>{t(`perks.${perk}Note`)}</span>
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}

const perkPaths = {
  free: 'M3 6h18v12H3zM3 10h18M7 15h4',
  refund: 'M4 9h11a5 5 0 0 1 0 10h-4M4 9l4-4M4 9l4 4',
  open: 'M12 6c-2-1.3-5-1.7-8-1.5v13c3-.2 6 .2 8 1.5 2-1.3 5-1.7 8-1.5v-13c-3-.2-6 .2-8 1.5zM12 6v13',
} as const

const PerkIcon = ({ perk }: { perk: (typeof perks)[number] }) => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path
      d={perkPaths[perk]}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
)
