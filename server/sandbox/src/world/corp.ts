import type { AppMessage } from '../protocol/app-messages.ts'
import type { ContactWay, CorpRecord, Department, Follow, Group, GroupMember, Media, Person, Staff, Tag, TagGroup } from './model.ts'

/** One simulated corp with the indexes that keep every read cheap at 100 000 customers. */
export class Corp {
  readonly corpid: string
  name: string
  app: CorpRecord['app']
  trustedDomain: CorpRecord['trustedDomain']
  loginDomain: string
  trustedIps: string[]
  officialAccount: CorpRecord['officialAccount']
  callback: CorpRecord['callback']
  customerApiAllowed: boolean
  visibleRange: CorpRecord['visibleRange']
  contactRange: CorpRecord['contactRange']
  pages: CorpRecord['pages']
  consoleWelcomeUserids: string[]
  lastDelivery: { at: number | null; error: string } = { at: null, error: '' }

  readonly departments = new Map<number, Department>()
  readonly people = new Map<string, Person>()
  readonly tagGroups = new Map<string, TagGroup>()
  readonly groups = new Map<string, Group>()
  readonly contactWays = new Map<string, ContactWay>()
  readonly media = new Map<string, Media>()
  readonly appMessages = new Map<string, AppMessage[]>()
  readonly appUnread = new Map<string, number>()

  private readonly staffByKey = new Map<string, Staff>()
  private readonly byStaff = new Map<string, Map<string, Follow>>()
  private readonly byPerson = new Map<string, Map<string, Follow>>()
  private readonly groupsByMember = new Map<string, Set<string>>()
  private readonly tagIndex = new Map<string, { group: TagGroup; tag: Tag }>()
  private personByOpenid = new Map<string, string>()
  private nextSeq = 1

  constructor(record: CorpRecord) {
    this.corpid = record.corpid
    this.name = record.name
    this.app = record.app
    this.trustedDomain = record.trustedDomain
    this.loginDomain = record.loginDomain
    this.trustedIps = record.trustedIps
    this.officialAccount = record.officialAccount
    this.callback = record.callback
    this.customerApiAllowed = record.customerApiAllowed
    this.visibleRange = record.visibleRange
    this.contactRange = record.contactRange
    this.pages = record.pages
    this.consoleWelcomeUserids = record.consoleWelcomeUserids
    for (const item of record.departments) this.departments.set(item.id, item)
    for (const item of record.staff) this.staffByKey.set(item.userid.toLowerCase(), item)
    for (const item of record.people) this.addPerson(item)
    for (const item of record.follows) this.putFollow(item)
    for (const item of record.tagGroups) this.putTagGroup(item)
    for (const item of record.groups) this.putGroup(item)
    for (const item of record.contactWays) this.contactWays.set(item.id, item)
    for (const item of record.media) this.media.set(item.id, item)
    for (const item of record.appMessages) this.addAppMessage(item)
    for (const [userid, count] of Object.entries(record.appUnread)) this.appUnread.set(userid, count)
  }

  /** Plain copy for the snapshot file. */
  record(): CorpRecord {
    return {
      corpid: this.corpid, name: this.name, app: this.app, trustedDomain: this.trustedDomain, loginDomain: this.loginDomain,
      trustedIps: this.trustedIps, officialAccount: this.officialAccount, callback: this.callback, customerApiAllowed: this.customerApiAllowed,
      visibleRange: this.visibleRange, contactRange: this.contactRange, pages: this.pages,
      consoleWelcomeUserids: this.consoleWelcomeUserids,
      departments: [...this.departments.values()], staff: [...this.staffByKey.values()], people: [...this.people.values()],
      follows: [...this.byStaff.values()].flatMap((follows) => [...follows.values()]).sort((a, b) => a.seq - b.seq),
      tagGroups: [...this.tagGroups.values()], groups: [...this.groups.values()], contactWays: [...this.contactWays.values()], media: [...this.media.values()],
      appMessages: [...this.appMessages.values()].flat(), appUnread: Object.fromEntries(this.appUnread),
    }
  }

  /** Next number for relations and groups. */
  takeSeq(): number {
    return this.nextSeq++
  }

  // ---- staff ----

  /** userids compare case-insensitively (wecom-api/02 §3); people who left are gone. */
  staff(userid: string): Staff | undefined {
    const found = this.staffByKey.get(userid.toLowerCase())
    return found === undefined || found.status === 5 ? undefined : found
  }

  /** Also finds staff who left. */
  anyStaff(userid: string): Staff | undefined {
    return this.staffByKey.get(userid.toLowerCase())
  }

  allStaff(): Staff[] {
    return [...this.staffByKey.values()].filter((item) => item.status !== 5)
  }

  putStaff(staff: Staff): void {
    this.staffByKey.set(staff.userid.toLowerCase(), staff)
  }

  /** Department and everything below it. */
  departmentTree(rootId: number): Set<number> {
    const tree = new Set<number>(this.departments.has(rootId) ? [rootId] : [])
    let grew = true
    while (grew) {
      grew = false
      for (const item of this.departments.values()) {
        if (tree.has(item.parentid) && !tree.has(item.id)) {
          tree.add(item.id)
          grew = true
        }
      }
    }
    return tree
  }

  /** Departments in the app's visible range, each with what is below it. */
  visibleDepartments(): Set<number> {
    if (this.visibleRange.all) return new Set(this.departments.keys())
    return new Set(this.visibleRange.departments.flatMap((id) => [...this.departmentTree(id)]))
  }

  /** Whether the app may see this member (可见范围). */
  isVisible(userid: string): boolean {
    const staff = this.staff(userid)
    if (staff === undefined) return false
    if (this.visibleRange.all) return true
    if (this.visibleRange.userids.some((item) => item.toLowerCase() === staff.userid.toLowerCase())) return true
    const departments = this.visibleDepartments()
    return staff.departments.some((item) => departments.has(item.id))
  }

  /** Whether the member has the customer-contact feature (使用范围). */
  hasCustomerContact(userid: string): boolean {
    const staff = this.staff(userid)
    if (staff === undefined) return false
    return this.contactRange.all || this.contactRange.userids.some((item) => item.toLowerCase() === staff.userid.toLowerCase())
  }

  leadersOf(departmentId: number): string[] {
    return this.allStaff().filter((item) => item.departments.some((d) => d.id === departmentId && d.leader)).map((item) => item.userid)
  }

  // ---- people and relations ----

  addPerson(person: Person): void {
    this.people.set(person.id, person)
    this.personByOpenid.set(person.openid, person.id)
  }

  putFollow(follow: Follow): void {
    if (follow.seq >= this.nextSeq) this.nextSeq = follow.seq + 1
    const ofStaff = entry(this.byStaff, follow.userid)
    // Cursors rely on the order of seq: a relation made anew goes to the end.
    if (ofStaff.get(follow.personId) !== follow) ofStaff.delete(follow.personId)
    ofStaff.set(follow.personId, follow)
    entry(this.byPerson, follow.personId).set(follow.userid, follow)
  }

  removeFollow(userid: string, personId: string): void {
    this.byStaff.get(userid)?.delete(personId)
    this.byPerson.get(personId)?.delete(userid)
  }

  follow(userid: string, personId: string): Follow | undefined {
    return this.byStaff.get(this.anyStaff(userid)?.userid ?? userid)?.get(personId)
  }

  /** In the order in which the relations were made. */
  followsOfStaff(userid: string): IterableIterator<Follow> {
    return (this.byStaff.get(this.anyStaff(userid)?.userid ?? userid) ?? new Map<string, Follow>()).values()
  }

  followsOfPerson(personId: string): Follow[] {
    return [...(this.byPerson.get(personId)?.values() ?? [])]
  }

  customerCount(): number {
    let count = 0
    for (const follows of this.byPerson.values()) if (follows.size > 0) count += 1
    return count
  }

  isCustomer(personId: string): boolean {
    return (this.byPerson.get(personId)?.size ?? 0) > 0
  }

  // ---- tags ----

  putTagGroup(group: TagGroup): void {
    this.tagGroups.set(group.id, group)
    for (const tag of group.tags) this.tagIndex.set(tag.id, { group, tag })
  }

  addTag(group: TagGroup, tag: Tag): void {
    group.tags.push(tag)
    this.tagIndex.set(tag.id, { group, tag })
  }

  /** A tag that exists or existed. */
  tag(id: string): { group: TagGroup; tag: Tag } | undefined {
    return this.tagIndex.get(id)
  }

  liveTag(id: string): { group: TagGroup; tag: Tag } | undefined {
    const found = this.tagIndex.get(id)
    return found === undefined || found.tag.deleted ? undefined : found
  }

  /** Larger order first (wecom-api/03 §2). */
  liveTagGroups(): TagGroup[] {
    return [...this.tagGroups.values()].filter((item) => !item.deleted).sort((a, b) => b.order - a.order || a.createTime - b.createTime)
  }

  liveTagCount(): number {
    return this.liveTagGroups().reduce((sum, group) => sum + group.tags.filter((tag) => !tag.deleted).length, 0)
  }

  // ---- groups ----

  putGroup(group: Group): void {
    if (group.seq >= this.nextSeq) this.nextSeq = group.seq + 1
    this.groups.set(group.id, group)
    for (const member of group.members) entrySet(this.groupsByMember, member.id).add(group.id)
  }

  addMember(group: Group, member: GroupMember): void {
    group.members.push(member)
    entrySet(this.groupsByMember, member.id).add(group.id)
  }

  removeMember(group: Group, memberId: string): void {
    group.members = group.members.filter((item) => item.id !== memberId)
    group.admins = group.admins.filter((item) => item !== memberId)
    this.groupsByMember.get(memberId)?.delete(group.id)
  }

  groupsOf(memberId: string): Group[] {
    const ids = this.groupsByMember.get(memberId) ?? new Set<string>()
    return [...ids].map((id) => this.groups.get(id)).filter((group): group is Group => group !== undefined && !group.dismissed)
  }

  // ---- app messages ----

  addAppMessage(message: AppMessage): void {
    const list = this.appMessages.get(message.userid) ?? []
    list.push(message)
    // A phone shows the recent ones; older ones would only swell the snapshot.
    if (list.length > 500) list.splice(0, list.length - 500)
    this.appMessages.set(message.userid, list)
  }
}

function entry(index: Map<string, Map<string, Follow>>, key: string): Map<string, Follow> {
  const found = index.get(key)
  if (found !== undefined) return found
  const made = new Map<string, Follow>()
  index.set(key, made)
  return made
}

function entrySet(index: Map<string, Set<string>>, key: string): Set<string> {
  const found = index.get(key)
  if (found !== undefined) return found
  const made = new Set<string>()
  index.set(key, made)
  return made
}
