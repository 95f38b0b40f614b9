import { chatMessageOf, nativeAnswer, type NativeContext, type NativeEffect } from '../../../src/jsapi.ts'
import { internalChatId, singleChatId } from '../../../src/world/chat-ids.ts'
import type { NativeAnswer } from '../../../src/protocol/native-bridge.ts'
import { control } from '../live/control.ts'
import { copyText } from '../parts/clipboard.ts'
import { desk } from '../desk/desk.ts'
import { showDone } from '../desk/toasts.ts'
import { settings } from '../world/settings.ts'
import { shareToCustomers } from './share-to-customers.ts'
import { askPerson, openChatById, openPage, view } from './wecom-view.ts'

/** What WeCom does when a page in it asks for something (wecom-jssdk §1, "API table"). */
export async function carryOut(effect: NativeEffect, name: string, context: NativeContext, close: () => void): Promise<NativeAnswer> {
  switch (effect.kind) {
    case 'send':
      return sendIntoChat(effect.params, effect.enterChat, name, context)
    case 'open_profile':
      view.dialog = { kind: 'profile', party: effect.party }
      return effect.answer
    case 'open_chat':
      return openEnterpriseChat(effect, name, context)
    case 'preview_image':
      view.dialog = { kind: 'images', current: effect.current, urls: effect.urls }
      return effect.answer
    case 'preview_file':
      openPage(effect.url)
      return effect.answer
    case 'set_clipboard':
      await copyText(effect.text)
      showDone('已复制到剪贴板')
      return effect.answer
    case 'open_browser':
      window.open(effect.url, '_blank', 'noopener')
      return effect.answer
    case 'close_window':
      close()
      return effect.answer
    case 'select_customers': {
      const userIds = await askPerson<string[] | null>((settle) => ({ kind: 'customers', title: '选择客户', chosen: [], settle }))
      return userIds === null ? nativeAnswer(name, 'cancel') : nativeAnswer(name, 'ok', { userIds })
    }
    case 'select_colleagues': {
      const userids = await askPerson<string[] | null>((settle) => ({ kind: 'colleagues', multi: effect.mode === 'multi', settle }))
      if (userids === null) return nativeAnswer(name, 'cancel')
      const chosen = (desk.staffOf[context.corpid] ?? []).filter((item) => userids.includes(item.userid))
      const userList = chosen.map((item) => ({ id: item.userid, name: item.name, avatar: item.avatar }))
      return nativeAnswer(name, 'ok', { result: { departmentList: [], userList } })
    }
    case 'share_to_customers':
      return nativeAnswer(name, await shareToCustomers(effect.params, effect.groups, context))
  }
}

async function sendIntoChat(params: Record<string, unknown>, enterChat: boolean, name: string, context: NativeContext): Promise<NativeAnswer> {
  const chatId = chatIdOf(context)
  if (chatId === null) return nativeAnswer(name, 'fail without context of chat')
  const outcome = await nextOutcome(params)
  if (outcome === 'cancel') return nativeAnswer(name, 'cancel')
  if (outcome === 'fail') return nativeAnswer(name, 'fail system error')
  const answer = await control.sendFromPage({ corpid: context.corpid, userid: context.userid, chatId, params })
  if (enterChat && answer.err_msg.endsWith(':ok')) view.toolbarOpen = false
  return answer
}

/** 下一次发送: a prepared cancel or failure counts once, asking stays until it is turned off. */
async function nextOutcome(params: Record<string, unknown>): Promise<'ok' | 'cancel' | 'fail'> {
  const wanted = settings.value?.sendOutcome ?? 'ok'
  if (wanted === 'ask') {
    return (await askPerson<boolean>((settle) => ({ kind: 'ask_send', params, settle }))) ? 'ok' : 'cancel'
  }
  if (wanted !== 'ok') settings.value = await control.saveSettings({ sendOutcome: 'ok' })
  return wanted
}

/** The chat beside which the page stands. */
function chatIdOf(context: NativeContext): string | null {
  if (context.chatId !== null) return context.chatId
  return context.externalUserId === null ? null : singleChatId(context.corpid, context.userid, context.externalUserId)
}

async function openEnterpriseChat(effect: Extract<NativeEffect, { kind: 'open_chat' }>, name: string, context: NativeContext): Promise<NativeAnswer> {
  const { corpid, userid } = context
  const { userids, externalUserIds, groupName } = effect
  const colleagues = userids.filter((id) => id !== userid)
  const others = colleagues.length + externalUserIds.length
  let chatId = effect.chatId
  if (chatId === '' && others > 1) {
    const made = await control.act({ corpid, action: 'group_create', userid, name: groupName === '' ? '新的群聊' : groupName, personIds: externalUserIds, userids: colleagues })
    chatId = made.chatId ?? ''
  } else if (chatId === '') {
    const [customer] = externalUserIds
    const [colleague] = colleagues
    if (customer !== undefined) chatId = singleChatId(corpid, userid, customer)
    else if (colleague !== undefined) chatId = internalChatId(corpid, userid, colleague)
  }
  if (chatId === '') return nativeAnswer(name, 'fail invalid params')
  await openChatById(chatId)
  return nativeAnswer(name, 'ok', { chatId })
}

/** How a message that a page wants to send reads, for the question before it. */
export function draftText(params: Record<string, unknown>): string {
  const draft = chatMessageOf(params)
  if ('fail' in draft) return '（无法识别的消息）'
  switch (draft.type) {
    case 'text':
      return draft.text
    case 'link':
    case 'miniprogram':
      return `[链接] ${draft.title}`
    case 'image':
      return '[图片]'
    case 'video':
      return '[视频]'
    case 'file':
      return '[文件]'
  }
}
