"""Development only: writes the calendars of the venues outside the US and Korea, or checks them.

    python3 src/reference/dev/world.py write    # after reading the difference, edit `VERSION`
    python3 src/reference/dev/world.py check    # exit 1 and the differences, else nothing

Closures and short days come from the package exchange_calendars (4.13.2 was used), reasons from the package holidays.
`check` compares the files with what would be written, and the closures with a second package each (holidays, 0.109,
except Xetra and Euronext of years it does not cover; pandas_market_calendars, 5.5.0, where its list is its own).
Known departures stand below with their reason.
"""

import datetime as dt
import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")

import exchange_calendars as ec
import holidays
import pandas_market_calendars as pmc

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = "2026-11-25"
FIRST = "2015-01-01"


def hours(first, open_, close, *rows, **more):
    return {"name": "regular", "regular": True, "from": first, "open": open_, "close": close,
            "phases": [{"phase": phase, "from": time} for phase, time in rows], **more}


def other(name, first, open_, close, trading):
    return {"name": name, "from": first, "open": open_, "close": close, "trading": trading}


DAY_PARTS = {"A": "auction", "C": "continuous", "-": "closed"}


def parts(text):
    """'A0800 C0900' -> rows of phases."""
    return [(DAY_PARTS[word[0]], f"{word[1:3]}:{word[3:5]}") for word in text.split()]


LSE_HALF_DAY = [{"phase": phase, "from": time} for phase, time in parts("A0750 C0800 A1230")]
# Closures exchange_calendars does not have.
EXTRA = {
    "HK": {
        "2023-09-01": "typhoon Saola (HKEX announcement; press of the day)",
        "2023-09-08": "black rainstorm (HKEX announcement; press of the day)",
    },
}
NAMED = {
    "TSE": {"2020-10-01": "failure of the trading system, no trading all day"},
    "HK": {
        "2015-09-03": "70 years since the victory in the Second World War",
        "2016-08-02": "typhoon Nida",
        "2016-10-21": "typhoon Haima",
        "2017-08-23": "typhoon Hato",
        "2020-10-13": "typhoon Nangka",
        "2021-10-13": "typhoon Kompasu",
        "2023-07-17": "typhoon Talim",
        "2024-09-06": "typhoon Yagi",
    },
}
# Days on which a second list is known to be wrong or is only one of public holidays.
SECOND_LACKS = {
    ("TSE", "holidays"): {"2020-10-01"},
    ("HK", "pandas_market_calendars"): {"2020-10-13", "2021-04-06", "2021-10-13", "2023-09-01", "2023-09-08", "2024-09-06"},
}
SECOND_HAS = {("HK", "pandas_market_calendars"): {"2023-09-01", "2023-09-08"}}
SECOND_FROM = {("XETRA", "holidays"): "2016-01-01", ("EURONEXT", "holidays"): "2019-01-01"}

CN_NOTES = [
    "The State Council announces the holidays of a year late in the year before; those of 2027 were not in the packages, so the range ends with 2026 and later days are closed for opening.",
    "Weekends on which people work in exchange for a long holiday are no trading days.",
    "The opening auction crosses at 09:25 and orders rest until 09:30; it is given as one auction to 09:30. Orders entered 09:20-09:25 and in the closing auction cannot be cancelled.",
    "Suspensions of the index breaker of January 2016 (2016-01-04 from 13:33, 2016-01-07 from 09:59) are events, not hours.",
]

VENUES = {
    "TSE": {
        "name": "Tokyo Stock Exchange", "zone": "Asia/Tokyo", "code": "XTKS", "holidays": "JPX", "pmc": "JPX", "last": "2027-12-31",
        "sessions": [
            hours(FIRST, "09:00", "15:00", *parts("A0800 C0900 -1130 A1205 C1230")),
            hours("2024-11-05", "09:00", "15:30", *parts("A0800 C0900 -1130 A1205 C1230 A1525")),
        ],
        "source": [
            "JPX, Enhancing the Functionality of the Cash Market: trading to 15:30 with a closing auction (order acceptance from 15:25) since 2024-11-05; before it 09:00-11:30 and 12:30-15:00",
            "JPX, Guide to TSE Trading Methodology: orders from 08:00 for the opening and from 12:05 for the second opening; itayose at the start and end of each session",
        ],
        "notes": [
            "Until 2024-11-04 the last trade of the afternoon was an itayose at 15:00 out of the running book; it has no phase of its own. The end of the morning session is likewise an itayose at 11:30.",
            "JPX plans a random end of the closing auction from 2027-10-12 (its page on strengthening the cash market); not carried.",
            "Holidays of 2027 rest on the Act on National Holidays; the equinoxes are announced each February for the year after.",
        ],
    },
    "HK": {
        "name": "Stock Exchange of Hong Kong", "zone": "Asia/Hong_Kong", "code": "XHKG", "holidays": "XHKG", "pmc": "HKEX", "last": "2027-12-31",
        "short": {"12:00": "half day, no afternoon session"},
        "sessions": [
            hours(FIRST, "09:30", "16:00", *parts("A0900 C0930 -1200 C1300")),
            hours("2016-07-25", "09:30", "16:10", *parts("A0900 C0930 -1200 C1300 A1600")),
        ],
        "source": [
            "HKEX, Trading Hours of the securities market; Closing Auction Session since 2016-07-25 (normal days 16:00 to a random end between 16:08 and 16:10, half days from 12:00)",
            "HKEX announcements of 2023-09-01 and 2023-09-08 and press of these days: no trading",
        ],
        "notes": [
            "Departures from the package: closures 2023-09-01 (typhoon Saola) and 2023-09-08 (black rainstorm) added.",
            "Since 2024-09-23 the market trades through typhoons and rainstorms; before, a day was closed when the signal stood at noon. Days that only lost a part (such as 2020-08-19, 2021-06-28, 2022-08-25, 2022-11-02, 2023-10-09) are carried with full hours.",
            "The opening auction crosses between 09:20 and 09:22 (since 2020-10-19; before, 09:20-09:28) and the book rests until 09:30; it is given as one auction to 09:30.",
            "The closing auction came for large and middle caps in 2016, for small index members on 2017-07-24, for all shares on 2019-10-08; before that such shares closed at 16:00 by the median of five prices. The close is given as 16:10, its latest end.",
            "Half days: the eves of Christmas, New Year and Lunar New Year. Holidays of 2027 are taken from the package, not from the gazette.",
        ],
    },
    "SSE": {
        "name": "Shanghai Stock Exchange", "zone": "Asia/Shanghai", "code": "XSHG", "holidays": "XSHG", "pmc": "SSE", "last": "2026-12-31",
        "sessions": [
            hours(FIRST, "09:30", "15:00", *parts("A0915 C0930 -1130 C1300")),
            hours("2018-08-20", "09:30", "15:00", *parts("A0915 C0930 -1130 C1300 A1457")),
            other("close_price", "2019-07-22", "15:05", "15:30", "close_price"),
        ],
        "source": [
            "Shanghai Stock Exchange, Trading Rules: 09:15-09:25 opening auction, 09:30-11:30 and 13:00-14:57 continuous, 14:57-15:00 closing auction since 2018-08-20",
            "Trading after hours at the closing price 15:05-15:30, STAR Market since 2019-07-22, all A shares and funds since 2026-07-06 (Trading Rules as revised in 2026)",
        ],
        "notes": [*CN_NOTES, "The session at the closing price was for the STAR Market only until 2026-07-05; since 2026-07-06 it is for all A shares and funds. Funds of Shanghai trade continuously to 15:00 before that day."],
    },
    "SZSE": {
        "name": "Shenzhen Stock Exchange", "zone": "Asia/Shanghai", "code": "XSHG", "holidays": "XSHE", "pmc": "SSE", "last": "2026-12-31",
        "sessions": [
            hours(FIRST, "09:30", "15:00", *parts("A0915 C0930 -1130 C1300 A1457")),
            other("close_price", "2020-08-24", "15:05", "15:30", "close_price"),
        ],
        "source": [
            "Shenzhen Stock Exchange, Trading Rules: 09:15-09:25 opening auction, 09:30-11:30 and 13:00-14:57 continuous, 14:57-15:00 closing auction (since 2006)",
            "Trading after hours at the closing price 15:05-15:30, ChiNext since 2020-08-24, all A shares and funds since 2026-07-06 (Trading Rules as revised in 2026)",
        ],
        "notes": [*CN_NOTES, "The session at the closing price was for ChiNext only until 2026-07-05; since 2026-07-06 it is for all A shares and funds. Closures are those of Shanghai, which the second package confirms for Shenzhen."],
    },
    "LSE": {
        "name": "London Stock Exchange, SETS", "zone": "Europe/London", "code": "XLON", "holidays": "XLON", "pmc": "LSE", "last": "2027-12-31",
        "short": {"12:30": "early close"},
        "sessions": [
            hours(FIRST, "08:00", "16:35", *parts("A0750 C0800 A1630")),
            hours("2016-03-21", "08:00", "16:35", *parts("A0750 C0800 A1200 C1202 A1630")),
        ],
        "source": [
            "London Stock Exchange, SETS trading day: opening auction call 07:50, continuous 08:00-16:30, closing auction call 16:30-16:35; half days end continuous trading at 12:30",
            "London Stock Exchange, Service Announcement 001/05022016 and press release: intraday auction 12:00-12:02 since 2016-03-21, except on the two half days",
        ],
        "notes": [
            "Every auction ends at random within 30 s after the stated time and may be prolonged by price monitoring. Derivatives expiry auctions (10:10 on some Fridays) are not here.",
            "Half days: the last trading days before Christmas and before New Year; they have no intraday auction.",
            "The closing price crossing session (16:35-16:40) is not here.",
        ],
    },
    "XETRA": {
        "name": "Xetra, Frankfurt", "zone": "Europe/Berlin", "code": "XETR", "holidays": "XETR", "last": "2027-12-31",
        "short": {"14:00": "last trading day of the year"},
        "sessions": [hours(FIRST, "09:00", "17:35", *parts("A0850 C0900 A1300 C1302 A1730"))],
        "source": [
            "Deutsche Boerse, Xetra auction schedule of DAX shares: opening auction 08:50-09:00, intraday auction 13:00-13:02, closing auction 17:30-17:35",
        ],
        "notes": [
            "Auctions end at random after the stated time; MDAX, SDAX and ETFs hold the intraday auction some minutes later; on Eurex expiry days that of DAX shares lasts five minutes. Trade-at-close after 17:35 (since November 2020) is not here.",
            "On the last trading day of a year continuous trading ends at 14:00, the auction follows to 14:05.",
            "Whit Monday was a closure up to 2021, Unity Day (3 October) up to 2019, Reformation Day in 2017; package and second list agree.",
        ],
    },
    "EURONEXT": {
        "name": "Euronext Paris and Amsterdam", "zone": "Europe/Paris", "code": "XPAR", "also": "XAMS", "holidays": "XPAR", "last": "2027-12-31",
        "short": {"14:05": "half day"},
        "sessions": [hours(FIRST, "09:00", "17:35", *parts("A0715 C0900 A1730"))],
        "source": [
            "Euronext, Trading hours and trading calendar: call 07:15-09:00, continuous 09:00-17:30, closing auction 17:30-17:35, trading at last 17:35-17:40; half days on 24 and 31 December",
        ],
        "notes": [
            "Paris and Amsterdam keep the same days and hours (checked). Shares in continuous trading; those traded by auction only are not described. Auctions end at random within 30 s after the stated time.",
            "On half days continuous trading ends at 14:05 and the auction follows to 14:10. Trading at last is not here.",
        ],
    },
}
FIXED = {(1, 1): "New Year's Day", (5, 1): "Labour Day", (12, 24): "Christmas Eve", (12, 25): "Christmas Day", (12, 26): "Boxing Day", (12, 31): "New Year's Eve"}


def easter(year):
    from dateutil.easter import easter as of

    return of(year)


def reason_of(venue, day, names):
    text = day.isoformat()
    named = EXTRA.get(venue, {}).get(text) or NAMED.get(venue, {}).get(text)
    if named:
        return named
    if day in names:
        return names[day].split(";")[-1].strip()
    moving = {-2: "Good Friday", 1: "Easter Monday", 50: "Whit Monday"}
    from_easter = (day - easter(day.year)).days
    return moving.get(from_easter) or FIXED.get((day.month, day.day))


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


def clock(n):
    return f"{n // 60:02d}:{n % 60:02d}"


def weekdays(first, last):
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    while day <= end:
        if day.weekday() < 5:
            yield day
        day += dt.timedelta(days=1)


def sessions_of(code, first, last):
    cal = ec.get_calendar(code, start=first, end=last)
    return {stamp.date().isoformat(): row["close"].tz_convert(cal.tz).strftime("%H:%M") for stamp, row in cal.schedule.iterrows()}


def build(venue):
    spec = VENUES[venue]
    last = spec["last"]
    sessions = sessions_of(spec["code"], FIRST, last)
    names = holidays.financial_holidays(spec["holidays"], years=range(2015, 2028))
    closures, special = [], []
    for day in weekdays(FIRST, last):
        text = day.isoformat()
        if text not in sessions or text in EXTRA.get(venue, {}):
            closures.append({"date": text, "reason": reason_of(venue, day, names) or "unknown"})
            continue
        short = spec.get("short", {}).get(sessions[text])
        if short is None:
            continue
        usual = [h for h in spec["sessions"] if h.get("regular") and h["from"] <= text][-1]
        final = usual["phases"][-1]
        auction = minutes(usual["close"]) - minutes(final["from"]) if final["phase"] == "auction" else 0
        entry = {"date": text, "close": clock(minutes(sessions[text]) + auction)}
        if venue == "LSE" and len(usual["phases"]) > 3:
            entry["phases"] = LSE_HALF_DAY
        special.append(entry | {"reason": short})
    return closures, special


def render(venue):
    spec = VENUES[venue]
    closures, special = build(venue)
    line = lambda x: json.dumps(x, ensure_ascii=False)
    rows = lambda xs: "[\n" + ",\n".join("    " + line(x) for x in xs) + "\n  ]" if xs else "[]"
    source = [f"Python package exchange_calendars 4.13.2 (Apache-2.0), calendar {spec['code']}", *spec["source"]]
    parts_ = [
        f'  "id": {line(venue)}',
        f'  "name": {line(spec["name"])}',
        f'  "version": {line(VERSION)}',
        f'  "zone": {line(spec["zone"])}',
        '  "always": false',
        f'  "range": {line({"first": FIRST, "last": spec["last"]})}',
        f'  "weekdays": {line(["mon", "tue", "wed", "thu", "fri"])}',
        f'  "sessions": {rows(spec["sessions"])}',
        f'  "source": {rows(source)}',
        f'  "notes": {rows(spec["notes"])}',
        f'  "closures": {rows(closures)}',
        f'  "special": {rows(special)}',
    ]
    return "{\n" + ",\n".join(parts_) + "\n}\n"


def closed_of(days_open, first, last):
    return {d.isoformat() for d in weekdays(first, last)} - days_open


def second_lists(spec):
    last = spec["last"]
    names = holidays.financial_holidays(spec["holidays"], years=range(2015, 2028))
    yield "holidays", {d.isoformat() for d in weekdays(FIRST, last) if d in names}
    if "pmc" in spec:
        index = pmc.get_calendar(spec["pmc"]).schedule(FIRST, last).index
        yield "pandas_market_calendars", closed_of({d.date().isoformat() for d in index}, FIRST, last)
    if "also" in spec:
        yield spec["also"], closed_of(set(sessions_of(spec["also"], FIRST, last)), FIRST, last)


def compare(venue, have):
    ours = {row["date"] for row in have["closures"]}
    for name, theirs in second_lists(VENUES[venue]):
        since = SECOND_FROM.get((venue, name), FIRST)
        lacks, has = (side.get((venue, name), set()) for side in (SECOND_LACKS, SECOND_HAS))
        for text in sorted(d for d in ours - theirs - lacks if d >= since):
            yield f"{venue}: {text} is closed here, open in {name}"
        for text in sorted(d for d in theirs - ours - has if d >= since):
            yield f"{venue}: {text} is open here, closed in {name}"


def main(mode):
    bad = []
    for venue in VENUES:
        path = ROOT / "config" / "calendars" / f"{venue}.json"
        if mode == "write":
            path.write_text(render(venue), encoding="utf-8")
            continue
        want, have = json.loads(render(venue)), json.loads(path.read_text(encoding="utf-8"))
        bad += [f"{path.name} {key}: differs from what would be written" for key in want if want[key] != have.get(key)]
        bad += compare(venue, have)
    for text in bad:
        print(text)
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("write", "check"):
        sys.exit("usage: world.py write|check")
    sys.exit(main(sys.argv[1]))
