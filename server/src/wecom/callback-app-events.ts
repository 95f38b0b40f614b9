import type { AppEventBody, AppMessage } from './callback-event-types.ts'
import type { CallbackFields } from './callback-fields.ts'

/** A message that a member sent to the app (wecom-api/01 §12); null for a type we do not know. */
export function readAppMessage(msgType: string, fields: CallbackFields): AppEventBody | null {
  const message = messageOf(msgType, fields)
  return message && { kind: 'app_message', messageId: fields.need('MsgId'), message }
}

function messageOf(msgType: string, fields: CallbackFields): AppMessage | null {
  switch (msgType) {
    case 'text': return { type: 'text', content: fields.verbatim('Content') }
    case 'image': return { type: 'image', pictureUrl: fields.text('PicUrl'), mediaId: fields.need('MediaId') }
    case 'voice': return { type: 'voice', mediaId: fields.need('MediaId'), format: fields.text('Format') }
    case 'video': return { type: 'video', mediaId: fields.need('MediaId'), thumbMediaId: fields.text('ThumbMediaId') }
    case 'location':
      return {
        type: 'location',
        latitude: fields.needNumber('Location_X'),
        longitude: fields.needNumber('Location_Y'),
        scale: fields.number('Scale'),
        label: fields.verbatim('Label'),
      }
    case 'link':
      return {
        type: 'link',
        title: fields.verbatim('Title'),
        description: fields.verbatim('Description'),
        url: fields.need('Url'),
        pictureUrl: fields.text('PicUrl'),
      }
    default: return null
  }
}

/** Events of the app itself, its menu and its cards (wecom-api/01 §12). Upper-case spellings of old documents are accepted. */
export function readAppEvent(event: string, fields: CallbackFields): AppEventBody | null {
  const eventKey = fields.text('EventKey') ?? ''
  switch (event.toLowerCase()) {
    case 'subscribe': return { kind: 'app_subscribed' }
    case 'unsubscribe': return { kind: 'app_unsubscribed' }
    case 'enter_agent': return { kind: 'app_entered' }
    case 'close_inactive_agent': return { kind: 'app_closed_inactive' }
    case 'reopen_inactive_agent': return { kind: 'app_reopened' }
    case 'click': return { kind: 'menu_clicked', eventKey: fields.need('EventKey') }
    case 'view': return { kind: 'menu_link_opened', url: fields.need('EventKey') }
    case 'scancode_push':
    case 'scancode_waitmsg': {
      const scan = fields.block('ScanCodeInfo')
      return { kind: 'menu_scanned', eventKey, waits: event.toLowerCase() === 'scancode_waitmsg', scanType: scan.text('ScanType'), result: scan.verbatim('ScanResult') }
    }
    case 'pic_sysphoto': return { kind: 'menu_pictures_sent', eventKey, source: 'camera', pictureMd5s: picturesOf(fields) }
    case 'pic_photo_or_album': return { kind: 'menu_pictures_sent', eventKey, source: 'camera_or_album', pictureMd5s: picturesOf(fields) }
    case 'pic_weixin': return { kind: 'menu_pictures_sent', eventKey, source: 'album', pictureMd5s: picturesOf(fields) }
    case 'location_select': {
      const place = fields.block('SendLocationInfo')
      return {
        kind: 'menu_location_sent',
        eventKey,
        latitude: place.needNumber('Location_X'),
        longitude: place.needNumber('Location_Y'),
        scale: place.number('Scale'),
        label: place.verbatim('Label'),
        placeName: place.verbatim('Poiname'),
      }
    }
    case 'location':
      return { kind: 'location_reported', latitude: fields.needNumber('Latitude'), longitude: fields.needNumber('Longitude'), precision: fields.number('Precision') }
    case 'template_card_event': return { kind: 'card_clicked', ...cardOf(fields), selected: selectionsOf(fields) }
    case 'template_card_menu_event': return { kind: 'card_menu_clicked', ...cardOf(fields) }
    case 'batch_job_result': {
      const job = fields.block('BatchJob')
      return { kind: 'batch_job_finished', jobId: job.need('JobId'), jobType: job.text('JobType') ?? '', errcode: job.number('ErrCode') ?? 0, errmsg: job.text('ErrMsg') ?? '' }
    }
    case 'upload_media_job_finish': return { kind: 'media_job_finished', jobId: fields.need('JobId') }
    default: return null
  }
}

function picturesOf(fields: CallbackFields): string[] {
  return fields.block('SendPicsInfo').block('PicList').blocks('item').map((item) => item.text('PicMd5Sum') ?? '').filter((md5) => md5 !== '')
}

function cardOf(fields: CallbackFields) {
  return {
    eventKey: fields.text('EventKey') ?? '',
    taskId: fields.text('TaskId') ?? '',
    cardType: fields.text('CardType') ?? '',
    responseCode: fields.text('ResponseCode'),
  }
}

/** One published sample spells the list `OpitonIds/OpitonId`; both spellings occur. */
function selectionsOf(fields: CallbackFields): { questionKey: string; optionIds: string[] }[] {
  return fields.block('SelectedItems').blocks('SelectedItem').map((item) => ({
    questionKey: item.text('QuestionKey') ?? '',
    optionIds: (['OptionIds', 'OpitonIds'] as const).flatMap((list) => {
      const options = item.block(list)
      return [...options.texts('OptionId'), ...options.texts('OpitonId')]
    }),
  }))
}
