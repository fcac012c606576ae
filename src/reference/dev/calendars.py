"""Development only: writes config/calendars/US.json and KRX.json, or checks them.

    python3 src/reference/dev/calendars.py write    # after reading the difference, edit `version`
    python3 src/reference/dev/calendars.py check    # exit 1 and the differences, else nothing

Needs the package exchange_calendars (4.13 was used) in an environment outside the project. Where we know better than
the package, the departure stands below with its reason, so that `check` still compares every other day.
"""

import collections
import datetime as dt
import json
import pathlib
import sys

import exchange_calendars as ec

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = "2026-11-25"

US_ONE_OFF = {
    "1994-04-27": "day of mourning, President Nixon",
    "2001-09-11": "attacks of 11 September",
    "2001-09-12": "attacks of 11 September",
    "2001-09-13": "attacks of 11 September",
    "2001-09-14": "attacks of 11 September",
    "2004-06-11": "day of mourning, President Reagan",
    "2007-01-02": "day of mourning, President Ford",
    "2012-10-29": "Hurricane Sandy",
    "2012-10-30": "Hurricane Sandy",
    "2018-12-05": "day of mourning, President G. H. W. Bush",
    "2025-01-09": "day of mourning, President Carter",
}

# Closures the package does not have (yet).
KRX_EXTRA = {
    "2026-06-03": "nationwide local elections",
    "2026-07-17": "Constitution Day",
    "2027-07-19": "Constitution Day, substitute",
}
# Days of the college entrance examination after the package's list ends: sessions run one hour later.
CSAT = ["2021-11-18", "2022-11-17", "2023-11-16", "2024-11-14", "2025-11-13", "2026-11-19", "2027-11-18"]
KRX_NAMED = {
    "2005-04-05": "Arbor Day",
    "2006-05-31": "nationwide local elections",
    "2006-07-17": "Constitution Day",
    "2007-07-17": "Constitution Day",
    "2007-12-19": "presidential election",
    "2008-04-09": "parliamentary election",
    "2010-06-02": "nationwide local elections",
    "2012-04-11": "parliamentary election",
    "2012-12-19": "presidential election",
    "2014-06-04": "nationwide local elections",
    "2015-08-14": "temporary holiday, 70 years of liberation",
    "2016-04-13": "parliamentary election",
    "2016-05-06": "temporary holiday",
    "2017-05-09": "presidential election",
    "2017-10-02": "temporary holiday",
    "2018-06-13": "nationwide local elections",
    "2020-04-15": "parliamentary election",
    "2020-08-17": "temporary holiday",
    "2022-03-09": "presidential election",
    "2022-06-01": "nationwide local elections",
    "2023-10-02": "temporary holiday",
    "2024-04-10": "parliamentary election",
    "2024-10-01": "Armed Forces Day, temporary holiday",
    "2025-01-27": "temporary holiday",
    "2025-06-03": "presidential election",
}
KRX_FIXED = {
    "01-01": "New Year's Day",
    "03-01": "Independence Movement Day",
    "05-01": "Labour Day",
    "05-05": "Children's Day",
    "06-06": "Memorial Day",
    "08-15": "Liberation Day",
    "10-03": "National Foundation Day",
    "10-09": "Hangul Day",
    "12-25": "Christmas Day",
}


def nth(year, month, weekday, n):
    """The n-th (from 1; -1 last) weekday (Monday 0) of a month."""
    if n > 0:
        first = dt.date(year, month, 1)
        return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    return last - dt.timedelta(days=(last.weekday() - weekday) % 7)


def us_reason(day):
    text = day.isoformat()
    if text in US_ONE_OFF:
        return US_ONE_OFF[text]
    y = day.year
    moving = {
        nth(y, 1, 0, 3): "Martin Luther King Jr. Day",
        nth(y, 2, 0, 3): "Washington's Birthday",
        nth(y, 5, 0, -1): "Memorial Day",
        nth(y, 9, 0, 1): "Labor Day",
        nth(y, 11, 3, 4): "Thanksgiving Day",
    }
    if day in moving:
        return moving[day]
    for (m, d), name in {(1, 1): "New Year's Day", (6, 19): "Juneteenth", (7, 4): "Independence Day", (12, 25): "Christmas Day"}.items():
        if abs((day - dt.date(y, m, d)).days) <= 1:
            return name if (day.month, day.day) == (m, d) else name + ", observed"
    return "Good Friday" if day.weekday() == 4 and day.month in (3, 4) else None


def lunar(year):
    """Named days of the lunar calendar in a civil year."""
    from korean_lunar_calendar import KoreanLunarCalendar

    def solar(month, day):
        k = KoreanLunarCalendar()
        k.setLunarDate(year, month, day, False)
        return dt.date.fromisoformat(k.SolarIsoFormat())

    one = dt.timedelta(days=1)
    new, moon = solar(1, 1), solar(8, 15)
    names = {solar(4, 8): "Buddha's Birthday"}
    names |= {d: "Lunar New Year" for d in (new - one, new, new + one)}
    names |= {d: "Chuseok" for d in (moon - one, moon, moon + one)}
    return names


def krx_reason(day, closed):
    text = day.isoformat()
    named = KRX_EXTRA.get(text) or KRX_NAMED.get(text) or lunar(day.year).get(day) or KRX_FIXED.get(text[5:])
    if named:
        return named
    if day.month == 12 and day.day >= 28:
        return "last weekday of the year"
    # A weekday next to a holiday on a weekend or to a doubled holiday.
    for back in range(1, 8):
        d = day - dt.timedelta(days=back)
        name = lunar(d.year).get(d) or KRX_FIXED.get(d.isoformat()[5:])
        if name:
            return name + ", substitute"
    return None


def from_package(code, first, last):
    cal = ec.get_calendar(code, start=first, end=last)
    sessions = {}
    for stamp, row in cal.schedule.iterrows():
        hours = tuple(row[k].tz_convert(cal.tz).strftime("%H:%M") for k in ("open", "close"))
        sessions[stamp.date().isoformat()] = hours
    return sessions


def weekdays(first, last):
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    while day <= end:
        if day.weekday() < 5:
            yield day
        day += dt.timedelta(days=1)


def phases(*rows):
    return [{"phase": phase, "from": time} for phase, time in rows]


US_HOURS = [
    {"name": "regular", "regular": True, "from": "1993-01-01", "open": "09:30", "close": "16:00",
     "phases": phases(("auction", "09:28"), ("continuous", "09:30"))},
    {"name": "pre", "from": "2014-01-01", "open": "04:00", "close": "09:30", "trading": "continuous"},
    {"name": "after", "from": "2014-01-01", "open": "16:00", "close": "20:00", "trading": "continuous"},
]
KRX_HOURS = [
    {"name": "regular", "regular": True, "from": "2005-01-01", "open": "09:00", "close": "15:00",
     "phases": phases(("auction", "08:00"), ("continuous", "09:00"), ("auction", "14:50"))},
    {"name": "regular", "regular": True, "from": "2016-08-01", "open": "09:00", "close": "15:30",
     "phases": phases(("auction", "08:00"), ("continuous", "09:00"), ("auction", "15:20"))},
    {"name": "regular", "regular": True, "from": "2019-04-29", "open": "09:00", "close": "15:30",
     "phases": phases(("auction", "08:30"), ("continuous", "09:00"), ("auction", "15:20"))},
    {"name": "pre_close_price", "from": "2005-01-01", "open": "07:30", "close": "08:30", "trading": "close_price"},
    {"name": "pre_close_price", "from": "2019-04-29", "open": "08:30", "close": "08:40", "trading": "close_price"},
    {"name": "post_close_price", "from": "2005-01-01", "open": "15:10", "close": "15:30", "trading": "close_price"},
    {"name": "post_close_price", "from": "2016-08-01", "open": "15:40", "close": "16:00", "trading": "close_price"},
    {"name": "single_price", "from": "2006-01-01", "open": "15:30", "close": "18:00", "trading": "auction"},
    {"name": "single_price", "from": "2016-08-01", "until": "2026-09-11", "open": "16:00", "close": "18:00", "trading": "auction"},
    {"name": "after_market", "from": "2026-09-14", "open": "16:00", "close": "20:00", "trading": "continuous"},
]


def krx_others(text):
    """Sessions after the close begin an hour late on examination day and end as always."""
    if text < "2006-01-01":
        return {}
    if text >= "2026-09-14":
        return {"others": {"after_market": {"open": "17:00", "close": "20:00"}}}
    return {"others": {"single_price": {"open": "17:00" if text >= "2016-08-01" else "16:30", "close": "18:00"}}}


def build(venue):
    if venue == "US":
        first, last, code, hours = "1993-01-01", "2027-12-31", "XNYS", US_HOURS
    else:
        first, last, code, hours = "2005-01-01", "2027-12-31", "XKRX", KRX_HOURS
    sessions = from_package(code, first, last)
    closures, special, seen_years = [], [], set()
    for day in weekdays(first, last):
        text = day.isoformat()
        if text not in sessions or (venue == "KRX" and text in KRX_EXTRA):
            reason = us_reason(day) if venue == "US" else krx_reason(day, sessions)
            closures.append({"date": text, "reason": reason or "unknown"})
            continue
        open_, close = sessions[text]
        if venue == "KRX" and text in CSAT:
            open_, close = "10:00", "16:30"
        usual = [h for h in hours if h.get("regular") and h["from"] <= text][-1]
        if (open_, close) == (usual["open"], usual["close"]):
            continue
        if venue == "US":
            reason = "early close" if open_ == usual["open"] else "late open"
        else:
            reason = "first session of the year" if day.year not in seen_years and day.month == 1 else "college entrance examination"
        seen_years.add(day.year)
        entry = {"date": text}
        if open_ != usual["open"]:
            entry["open"] = open_
        if close != usual["close"]:
            entry["close"] = close
        if reason == "college entrance examination":
            entry |= krx_others(text)
        special.append(entry | {"reason": reason})
    return first, last, hours, closures, special


SOURCES = {
    "US": [
        "Python package exchange_calendars 4.13.2 (Apache-2.0), calendar XNYS",
        "NYSE, Holidays and Trading Hours (published for 2026 and 2027)",
        "Nasdaq, Opening and Closing Crosses: on-open orders are taken until 09:28 and cannot be taken back after it, the cross is at 09:30",
    ],
    "KRX": [
        "Python package exchange_calendars 4.13.2 (Apache-2.0), calendar XKRX",
        "Korea Exchange notices as reported by Korean press: hours 09:00-15:30 since 2016-08-01; first session of a year opens at 10:00; on the day of the college entrance examination 10:00-16:30",
        "Press of 2019-04-03 and 2019-04-29: orders for the opening auction from 08:30 instead of 08:00, trading at the last close 08:30-08:40 instead of 07:30-08:30",
        "Ministry of Education: examinations on 2026-11-19 and 2027-11-18",
        "Public Holidays Act as amended by the National Assembly on 2026-01-29: 17 July is a holiday again from 2026",
    ],
}
NOTES = {
    "US": [
        "NYSE and Nasdaq keep the same sessions. The range from 2026-08-15 on is the published plan.",
        "2001-09-17 opened at 09:33 after a silence; carried as 09:30. Market-wide halts within a session are not here.",
        "Early closes at 13:00; some products go on to 13:15. The session after it then runs from 13:00 to 17:00.",
        "The opening auction is given as 09:28-09:30: from 09:28 on-open orders stand, so the cross is made of what has arrived. NYSE takes on-open orders from 06:30 up to the open and its floor opens each stock a little later; before 09:28 the pre-market trades continuously, which an auction phase would deny.",
        "The closing cross is fed by on-close orders while trading goes on and prints just after 16:00; there is no phase of its own for it.",
        "Pre-market 04:00-09:30 and after-market 16:00-20:00 are the longest hours of NYSE Arca and Nasdaq; earlier years had shorter ones and are not stated.",
    ],
    "KRX": [
        "Departures from the package: closures 2026-06-03, 2026-07-17 and 2027-07-19 added; hours on examination days from 2021 on added (the package's list ends in 2020).",
        "Seen as closed in a published KOSPI series up to 2026-08-21: 2026-05-01, 2026-06-03, 2026-07-17. That series also lacks 2007-03-02, 2011-10-04, 2017-09-22, 2017-12-20, 2022-01-03, 2022-05-09, 2026-07-08 and 2026-08-06; the first six are its gaps, the last two are taken for gaps too.",
        "Uncertain: 2027-07-19 (substitute for Constitution Day on a Saturday); 2027-05-03 (a substitute for Labour Day on a Saturday is NOT assumed); temporary holidays announced after 2026-08.",
        "A session is [open, close): from the first uncross to the end of the closing auction. Both auctions end at random within 30 s of the stated time when prices are unstable (rule of 2011 and later); the stated time is kept.",
        "The after-market took the place of the single-price session on 2026-09-14 (published programs of September 2026 record its trades). A pre-market at 07:00-08:00 was planned with it (press, January 2026) and had not begun by then; it is not carried. The after-market is taken to match as orders come.",
        "On the first session of a year what precedes the open moves with it; on examination day everything moves by an hour but the end of the last session (press, 2018 and 2025). The hours of the after-market on 2026-11-19 and 2027-11-18 are taken likewise.",
        "2021 had no shift of half an hour: its only special hours are the first session of the year and examination day.",
    ],
}
NAMES = {"US": "NYSE and Nasdaq", "KRX": "Korea Exchange"}
ZONES = {"US": "America/New_York", "KRX": "Asia/Seoul"}


def render(venue):
    first, last, hours, closures, special = build(venue)
    line = lambda x: json.dumps(x, ensure_ascii=False)
    rows = lambda xs: "[\n" + ",\n".join("    " + line(x) for x in xs) + "\n  ]"
    parts = [
        f'  "id": {line(venue)}',
        f'  "name": {line(NAMES[venue])}',
        f'  "version": {line(VERSION)}',
        f'  "zone": {line(ZONES[venue])}',
        '  "always": false',
        f'  "range": {line({"first": first, "last": last})}',
        f'  "weekdays": {line(["mon", "tue", "wed", "thu", "fri"])}',
        f'  "sessions": {rows(hours)}',
        f'  "source": {rows(SOURCES[venue])}',
        f'  "notes": {rows(NOTES[venue])}',
        f'  "closures": {rows(closures)}',
        f'  "special": {rows(special)}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(mode):
    bad = 0
    for venue in ("US", "KRX"):
        path = ROOT / "config" / "calendars" / f"{venue}.json"
        if mode == "write":
            path.write_text(render(venue), encoding="utf-8")
            continue
        want, have = json.loads(render(venue)), json.loads(path.read_text(encoding="utf-8"))
        for key in ("zone", "range", "weekdays", "sessions", "closures", "special"):
            rows = [collections.Counter(json.dumps(x, sort_keys=True) for x in (d[key] if isinstance(d[key], list) else [d[key]])) for d in (want, have)]
            for text in (rows[0] - rows[1]) + (rows[1] - rows[0]):
                bad += 1
                print(f"{path.name} {key}: {'missing' if rows[0][text] else 'extra'} {text}")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit("usage: calendars.py write|check")
    sys.exit(main(sys.argv[1]))
