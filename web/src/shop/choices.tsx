/** Model, colour, quantity, payment method and time of capture: native radios and a number field, so that keyboards and screen readers know them. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import {
  CURRENCY,
  cardTokens,
  finishOf,
  isTrouble,
  phoneIds,
  phones,
  QUANTITY_MAX,
  QUANTITY_MIN,
  troubleTokens,
} from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import { type Cart, quantityOf } from '../purchase/cart.ts'
import { useLanguage } from '../shop-context.ts'
import { useFinishName } from './names.ts'

/** The id of the quantity's field: the till leads there when it cannot be ordered. */
export const QUANTITY_FIELD = 'quantity'

interface ChoicesProps {
  cart: Cart
  locked: boolean
  onChoose: (choice: Partial<Cart>) => void
}

export function Choices(props: ChoicesProps) {
  return (
    <div className="choices">
      <ModelChoice {...props} />
      <ColorChoice {...props} />
      <QuantityChoice {...props} />
      <CardChoice {...props} />
      <CaptureChoice {...props} />
    </div>
  )
}

function ModelChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.model')}</legend>
      <div className="models">
        {phoneIds.map(phoneId => (
          <Radio
            key={phoneId}
            className="tile model"
            name="model"
            value={phoneId}
            checked={cart.phoneId === phoneId}
            onPick={() => onChoose({ phoneId })}
          >
            <span className="model-picture">
              <BackPicture
                phoneId={phoneId}
                finishId={cart.phoneId === phoneId ? cart.finishId : phones[phoneId].finishes[0].id}
              />
            </span>
            <span className="model-text">
              <span className="tile-name">{t(`phones.${phoneId}.name`)}</span>
              <span className="tile-note">{t(`phones.${phoneId}.storage`)}</span>
            </span>
            <span className="model-price">{formatMoney(phones[phoneId].unitPrice, CURRENCY, language)}</span>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

function ColorChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const finishName = useFinishName()
  const chosen = finishOf(cart.phoneId, cart.finishId)
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.color')}</legend>
      <p className="choice-value" aria-hidden="true">
        {finishName(cart.phoneId, chosen.id)}
      </p>
      <div className="colors">
        {phones[cart.phoneId].finishes.map(finish => (
          <Radio
            key={finish.id}
            className="color"
            name="color"
            value={finish.id}
            checked={chosen.id === finish.id}
            onPick={() => onChoose({ finishId: finish.id })}
          >
            <span className="swatch" style={{ background: finish.swatch }} />
            <span className="color-name">{finishName(cart.phoneId, finish.id)}</span>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

function QuantityChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const quantity = quantityOf(cart)
  const isWrong = quantity === undefined
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.quantity')}</legend>
      <div className="choice-row-body">
        <p className={isWrong ? 'choice-note choice-wrong' : 'choice-note'} id="quantity-note" role="status">
          {isWrong ? t('choose.quantityWrong') : t('choose.quantityNote')}
        </p>
        <div className="stepper">
          <StepButton cart={cart} onChoose={onChoose} step={-1} />
          <input
            type="number"
            inputMode="numeric"
            id={QUANTITY_FIELD}
            aria-label={t('choose.quantity')}
            aria-describedby="quantity-note"
            aria-invalid={isWrong}
            required
            min={QUANTITY_MIN}
            max={QUANTITY_MAX}
            value={cart.quantityText}
            onChange={event => onChoose({ quantityText: event.target.value })}
          />
          <StepButton cart={cart} onChoose={onChoose} step={1} />
        </div>
      </div>
    </fieldset>
  )
}

interface StepButtonProps extends Pick<ChoicesProps, 'cart' | 'onChoose'> {
  step: 1 | -1
}

/** From a number that cannot be ordered the first step leads to the nearest one that can. */
function StepButton({ cart, onChoose, step }: StepButtonProps) {
  const { t } = useTranslation()
  const next = Number(cart.quantityText) + step
  const nearest = Math.round(Math.min(Math.max(next || QUANTITY_MIN, QUANTITY_MIN), QUANTITY_MAX))
  return (
    <button
      type="button"
      aria-label={step === 1 ? t('choose.more') : t('choose.less')}
      disabled={quantityOf(cart) !== undefined && next !== nearest}
      onClick={() => onChoose({ quantityText: String(nearest) })}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={step === 1 ? 'M6 12h12M12 6v12' : 'M6 12h12'} />
      </svg>
    </button>
  )
}

function CardChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  return (
    <fieldset className="choice" disabled={locked} aria-describedby="card-note">
      <legend>{t('choose.card')}</legend>
      <p className="choice-note" id="card-note">
        {t('choose.cardNote')}
      </p>
      <div className="cards">
        {cardTokens.map(card => (
          <Radio
            key={card}
            className="tile card"
            name="card"
            value={card}
            checked={cart.card === card}
            onPick={() => onChoose({ card })}
          >
            <span className={`card-art card-art-${card}`} aria-hidden="true" />
            <span className="card-text">
              <span className="tile-name">{t(`cards.${card}.name`)}</span>
              <span className="tile-note">{t(`cards.${card}.hint`)}</span>
            </span>
          </Radio>
        ))}
      </div>
      <TroubleChoice cart={cart} locked={locked} onChoose={onChoose} />
    </fieldset>
  )
}

const troubledOperations = Object.keys(troubleTokens) as (keyof typeof troubleTokens)[]

/** Cards with which one operation goes wrong. */
function TroubleChoice({ cart, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const chosen = isTrouble(cart.card) ? cart.card : ''
  return (
    <label className={chosen ? 'trouble trouble-chosen' : 'trouble'}>
      <span>{t('choose.trouble')}</span>
      <select
        value={chosen}
        onChange={event => onChoose({ card: isTrouble(event.target.value) ? event.target.value : cardTokens[0] })}
      >
        <option value="">{t('choose.noTrouble')}</option>
        {troubledOperations.map(operation => (
          <optgroup key={operation} label={t(`choose.troubleWith.${operation}`)}>
            {troubleTokens[operation].map(token => (
              <option key={token} value={token}>
                {`${t(`troubles.${token}`)} · ${token}`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}

const captureChoices = ['now', 'later'] as const

function CaptureChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.captures')}</legend>
      <div className="captures">
        {captureChoices.map(captures => (
          <Radio
            key={captures}
            className="tile"
            name="captures"
            value={captures}
            checked={cart.captures === captures}
            onPick={() => onChoose({ captures })}
          >
            <span>
              <span className="tile-name">{t(`choose.capture.${captures}`)}</span>
              <span className="tile-note">{t(`choose.captureNote.${captures}`)}</span>
            </span>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

interface RadioProps {
  className: string
  name: string
  value: string
  checked: boolean
  onPick: () => void
  children: ReactNode
}

/** A real radio button under a label that is drawn by the style sheet. */
const Radio = ({ className, name, value, checked, onPick, children }: RadioProps) => (
  <label className={className}>
    <input type="radio" className="visually-hidden" name={name} value={value} checked={checked} onChange={onPick} />
    {children}
  </label>
)
