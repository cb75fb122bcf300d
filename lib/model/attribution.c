#include "model/attribution.h"

struct walk {
    struct asy_dossier *dossier;
    const struct asy_counting *counting;
    bool changed, full;
    uint64_t *by_fact, *by_item; /* what each has said already, by its number: nothing is said twice */
    struct {
        const struct asy_item *item; /* NULL: nothing was asked */
        uint64_t off, len, by;
    } last; /* who was found to say a run in this round: the links of a list have one place */
};

static bool is_strong(const struct walk *walk, enum asy_digest_alg alg)
{
    return asy_digest_strength(alg) >= asy_digest_strength(walk->counting->floor);
}

static bool counts(const struct walk *walk, const struct asy_fact *fact)
{
    return fact->principal >= 0 && asy_fact_holds(fact) && walk->counting->signature(fact, walk->counting->context);
}

/* Where a run ends, as far as that can be counted. */
static uint64_t reach_of(uint64_t off, uint64_t len)
{
    uint64_t end;

    return len == ASY_TO_END || __builtin_add_overflow(off, len, &end) ? UINT64_MAX : end;
}

static uint64_t said_by(const struct asy_said *said, uint64_t off, uint64_t len)
{
    bool holds = off >= said->off && (said->len == ASY_TO_END || (len != ASY_TO_END && len <= said->len &&
                                                                 off - said->off <= said->len - len));

    return holds ? said->by : 0;
}

/* The runs of the order that begin at `off` or before. */
static size_t begun_at(const struct asy_said_order *order, uint64_t off)
{
    size_t low = 0, high = order->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (order->runs[middle]->off <= off)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t asy_sayers(const struct asy_item *item, uint64_t off, uint64_t len)
{
    const struct asy_said_order *order = &item->order;
    uint64_t mask = item->whole_by, end = reach_of(off, len);

    for (const struct asy_said *said = item->said; said != NULL && said != order->first; said = said->next)
        mask |= said_by(said, off, len);
    for (size_t i = begun_at(order, off); i > 0 && order->reach[i - 1] >= end; i--)
        mask |= said_by(order->runs[i - 1], off, len);
    return mask;
}

static void add_whole(struct walk *walk, struct asy_item *item, uint64_t by)
{
    item->framed_by &= ~by;
    if ((item->whole_by | by) == item->whole_by)
        return;
    item->whole_by |= by;
    walk->changed = true;
}

static void add_span(struct walk *walk, struct asy_item *item, uint64_t off, uint64_t len, uint64_t by)
{
    struct asy_said *said;

    if (off == 0 && (len == ASY_TO_END || (item->has_size && len == item->size))) {
        add_whole(walk, item, by);
        return;
    }
    said = asy_alloc(walk->dossier->arena, 1, sizeof *said);
    if (said == NULL) {
        walk->full = true;
        return;
    }
    *said = (struct asy_said){ off, len, by, item->said };
    item->said = said;
    walk->changed = true;
}

/* Everything the recipe reads is said by `by`; a weak digest in between breaks the path. */
static void say(struct walk *walk, struct asy_recipe recipe, uint64_t by)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];

        switch (piece->kind) {
        case ASY_PIECE_TREE:
            say(walk, piece->tree.of, by);
            if (piece->span.len > 0)
                add_span(walk, piece->span.item, piece->span.off, piece->span.len, by);
            break;
        case ASY_PIECE_SPAN:
            add_span(walk, piece->span.item, piece->span.off, piece->span.len, by);
            break;
        case ASY_PIECE_DIGEST:
            if (is_strong(walk, piece->digest.alg))
                say(walk, piece->digest.of, by);
            break;
        case ASY_PIECE_BLOCKS:
        case ASY_PIECE_LITERAL:
        case ASY_PIECE_NONE:
            break;
        }
    }
}

static uint64_t end_of(const struct asy_said *said, uint64_t size)
{
    uint64_t end;

    return said->len == ASY_TO_END || __builtin_add_overflow(said->off, said->len, &end) || end > size ? size : end;
}

/* The list whose first run begins first, stepped on by one. */
static const struct asy_said *next_run(const struct asy_said **a, const struct asy_said **b)
{
    const struct asy_said **from = *b == NULL || (*a != NULL && (*a)->off <= (*b)->off) ? a : b;
    const struct asy_said *run = *from;

    *from = run->next;
    return run;
}

/* As far as bytes are said, or framing, without a gap: one look at lists that are in order, more at others. */
static uint64_t covered_to(const struct asy_item *item, uint64_t mask, uint64_t at)
{
    uint64_t before;

    do {
        const struct asy_said *said = item->said, *slack = item->slack;

        before = at;
        while (said != NULL || slack != NULL) {
            const struct asy_said *run = next_run(&said, &slack);
            uint64_t end = end_of(run, item->size);

            if ((run->by & mask) != 0 && run->off <= at && end > at)
                at = end;
        }
    } while (at > before);
    return at;
}

/* The first byte behind `at` where a run of either list begins. */
static uint64_t next_start(const struct asy_item *item, uint64_t mask, uint64_t at)
{
    uint64_t next = item->size;

    for (const struct asy_said *s = item->said; s != NULL; s = s->next) {
        if ((s->by & mask) != 0 && s->off > at && s->off < next)
            next = s->off;
    }
    for (const struct asy_said *s = item->slack; s != NULL; s = s->next) {
        if (s->off > at && s->off < next)
            next = s->off;
    }
    return next;
}

bool asy_next_uncovered(const struct asy_item *item, uint64_t mask, uint64_t *off, uint64_t *len)
{
    uint64_t from;

    if (!item->has_size || (item->whole_by & mask) != 0)
        return false;
    from = covered_to(item, mask, *off);
    if (from >= item->size)
        return false;
    *off = from;
    *len = next_start(item, mask, from) - from;
    return true;
}

/* Merges two lists that are in order. */
static struct asy_said *merge(struct asy_said *a, struct asy_said *b)
{
    struct asy_said *first = NULL, **end = &first;

    while (a != NULL && b != NULL) {
        struct asy_said **from = a->off <= b->off ? &a : &b;

        *end = *from;
        *from = (*from)->next;
        end = &(*end)->next;
    }
    *end = a != NULL ? a : b;
    return first;
}

/* Runs in the order of their offsets; lists of 2^i runs wait in slot i for their like. */
static void sort(struct asy_said **list)
{
    struct asy_said *slots[64] = { NULL }, *all = NULL;

    while (*list != NULL) {
        struct asy_said *run = *list;
        size_t i = 0;

        *list = run->next;
        run->next = NULL;
        for (; slots[i] != NULL; i++) {
            run = merge(slots[i], run);
            slots[i] = NULL;
        }
        slots[i] = run;
    }
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        all = merge(slots[i], all);
    *list = all;
}

static void put_in_order(struct asy_said **list)
{
    for (const struct asy_said *run = *list; run != NULL && run->next != NULL; run = run->next) {
        if (run->off > run->next->off) {
            sort(list);
            return;
        }
    }
}

/* False when the arena is full: the runs are then looked through one by one. */
static bool keep_order(struct asy_arena *arena, struct asy_item *item)
{
    struct asy_said_order *order = &item->order;
    size_t n = 0, room = order->room;

    for (const struct asy_said *said = item->said; said != NULL; said = said->next)
        n++;
    if (n > room) {
        room = 2 * n;
        order->runs = asy_alloc(arena, room, sizeof(struct asy_said *));
        order->reach = asy_alloc(arena, room, sizeof *order->reach);
    }
    *order = (struct asy_said_order){ .runs = order->runs, .reach = order->reach, .room = room };
    if (n > 0 && (order->runs == NULL || order->reach == NULL))
        return false;
    for (const struct asy_said *said = item->said; said != NULL; said = said->next) {
        uint64_t reach = reach_of(said->off, said->len);

        order->runs[order->n] = said;
        order->reach[order->n] = order->n > 0 && order->reach[order->n - 1] > reach ? order->reach[order->n - 1] : reach;
        order->n++;
    }
    order->first = item->said;
    return true;
}

/* When one principal says all but framing he says the whole. */
static void join_parts(struct walk *walk, struct asy_item *item)
{
    uint64_t said_by = 0;

    if (item->said == item->order.first)
        return; /* nothing was said since */
    put_in_order(&item->said);
    if (!keep_order(walk->dossier->arena, item))
        walk->full = true;
    if (!item->has_size)
        return;
    for (const struct asy_said *said = item->said; said != NULL; said = said->next)
        said_by |= said->by;
    for (unsigned p = 0; p < walk->dossier->principals_n; p++) {
        uint64_t bit = (uint64_t)1 << p;

        if ((said_by & bit & ~item->whole_by) == 0 || covered_to(item, bit, 0) < item->size)
            continue;
        add_whole(walk, item, bit);
        item->framed_by |= bit;
    }
}

/* What of `by` was not in `done`, which it is from now on. */
static uint64_t take_new(uint64_t *done, uint64_t by)
{
    uint64_t fresh = by & ~*done;

    *done |= by;
    return fresh;
}

static void say_signature(struct walk *walk, const struct asy_fact *fact, uint64_t *done)
{
    if (counts(walk, fact) && take_new(done, (uint64_t)1 << fact->principal) != 0)
        say(walk, fact->claim.is.signature.message, (uint64_t)1 << fact->principal);
}

/* Once a round for links that stand in one place; what is added meanwhile is found in the next one. */
static uint64_t sayers_of_place(struct walk *walk, const struct asy_item *item, uint64_t off, uint64_t len)
{
    if (walk->last.item != item || walk->last.off != off || walk->last.len != len) {
        walk->last.item = item;
        walk->last.off = off;
        walk->last.len = len;
        walk->last.by = asy_sayers(item, off, len);
    }
    return walk->last.by;
}

/* Who says a link: the signature it belongs to, or whoever says the document or the run of it where it stands. */
static uint64_t sayers_of_link(struct walk *walk, const struct asy_fact *fact)
{
    const struct asy_fact *by = asy_fact_no(walk->dossier, fact->claim.is.link.by);

    if (fact->claim.is.link.by == 0 && fact->claim.is.link.has_place)
        return sayers_of_place(walk, fact->claim.document, fact->claim.is.link.place_off,
                               fact->claim.is.link.place_len);
    if (fact->claim.is.link.by == 0)
        return fact->claim.document->whole_by;
    if (by == NULL || !counts(walk, by))
        return 0;
    return (uint64_t)1 << by->principal;
}

static void say_link(struct walk *walk, const struct asy_fact *fact, uint64_t *done)
{
    uint64_t by;

    if (!asy_fact_holds(fact) || fact->measure == NULL || !walk->counting->link(fact, walk->counting->context))
        return;
    by = take_new(done, sayers_of_link(walk, fact));
    if (fact->names != NULL) /* the file behind the link goes by a name that was not said */
        add_whole(walk, fact->names, by);
    else if (by != 0)
        say(walk, fact->measure->recipe, by);
}

static bool is_derived(const struct asy_item *item)
{
    return item->parent != NULL && item->parent_len > 0;
}

/* What lies in bytes that are said is said. */
static void take_from_parent(struct walk *walk, struct asy_item *item)
{
    if (is_derived(item))
        add_whole(walk, item, asy_sayers(item->parent, item->parent_off, item->parent_len));
}

/* And the other way round where its reader found that to be safe. */
static void say_parent(struct walk *walk, struct asy_item *item, uint64_t *done)
{
    uint64_t by = is_derived(item) && item->says_parent ? take_new(done, item->whole_by) : 0;

    if (by != 0)
        add_span(walk, item->parent, item->parent_off, item->parent_len, by);
}

/* Runs are put in order before and after what lies in them is asked for, so that no question looks at all of them. */
static void say_items(struct walk *walk)
{
    struct asy_dossier *dossier = walk->dossier;

    for (size_t i = 0; i < dossier->items_n; i++)
        join_parts(walk, dossier->items[i]);
    for (size_t i = 0; i < dossier->items_n; i++)
        take_from_parent(walk, dossier->items[i]);
    for (size_t i = 0; i < dossier->items_n; i++)
        say_parent(walk, dossier->items[i], &walk->by_item[i]);
    for (size_t i = 0; i < dossier->items_n; i++)
        join_parts(walk, dossier->items[i]);
}

bool asy_attribute(struct asy_dossier *dossier, const struct asy_counting *counting)
{
    struct walk walk = { .dossier = dossier, .counting = counting, .changed = true };

    walk.by_fact = asy_alloc(dossier->arena, dossier->facts_n + 1, sizeof *walk.by_fact);
    walk.by_item = asy_alloc(dossier->arena, dossier->items_n + 1, sizeof *walk.by_item);
    if (walk.by_fact == NULL || walk.by_item == NULL)
        return false;
    for (size_t i = 0; i < dossier->items_n; i++) {
        dossier->items[i]->whole_by = dossier->items[i]->pinned_by;
        dossier->items[i]->said = NULL;
        dossier->items[i]->order = (struct asy_said_order){ 0 };
        put_in_order(&dossier->items[i]->slack);
    }
    /* A document can be said only through documents: as many rounds as the longest path, which `changed` ends. */
    while (walk.changed && !walk.full) {
        walk.changed = false;
        walk.last.item = NULL;
        for (size_t i = 0; i < dossier->facts_n; i++) {
            const struct asy_fact *fact = dossier->facts[i];

            if (fact->claim.kind == ASY_CLAIM_SIGNATURE)
                say_signature(&walk, fact, &walk.by_fact[i]);
            else if (fact->claim.kind == ASY_CLAIM_LINK)
                say_link(&walk, fact, &walk.by_fact[i]);
        }
        say_items(&walk);
    }
    return !walk.full;
}

/* Puts the runs of the item that a digest is about on the list; false when the arena is full. */
static bool add_digested(struct asy_arena *arena, const struct asy_item *item, struct asy_recipe recipe,
                         struct asy_said **list)
{
    for (size_t i = 0; i < recipe.n; i++) {
        const struct asy_piece *piece = &recipe.pieces[i];
        struct asy_said *run;

        if (piece->kind == ASY_PIECE_TREE && !add_digested(arena, item, piece->tree.of, list))
            return false;
        if ((piece->kind != ASY_PIECE_SPAN && piece->kind != ASY_PIECE_TREE) || piece->span.item != item)
            continue;
        run = asy_alloc(arena, 1, sizeof *run);
        if (run == NULL)
            return false;
        *run = (struct asy_said){ piece->span.off, piece->span.len, 1, *list };
        *list = run;
    }
    return true;
}

bool asy_digests_cover(const struct asy_dossier *dossier, const struct asy_item *item,
                       const struct asy_counting *counting)
{
    struct asy_item digested = { .size = item->size, .has_size = item->has_size, .slack = item->slack };

    for (size_t i = 0; i < dossier->facts_n; i++) {
        const struct asy_fact *fact = dossier->facts[i];

        if (fact->claim.kind == ASY_CLAIM_LINK && asy_fact_holds(fact) && fact->measure != NULL &&
            counting->link(fact, counting->context) &&
            !add_digested(dossier->arena, item, fact->measure->recipe, &digested.said))
            return false;
    }
    return digested.has_size && digested.said != NULL && covered_to(&digested, 1, 0) >= digested.size;
}
