"""mojito2 0.1.6: token, hash, quotes, balance, orders and the socket, in either environment."""

import os
import tempfile
import time

from checks import Checks, account, ready, wait_for
from hosts import redirect

LINE = ready()
PAPER = LINE["env"] == "paper"
redirect(["mojito"], LINE)
os.chdir(tempfile.mkdtemp(prefix="mojito-"))

from mojito import KoreaInvestment, KoreaInvestmentWS  # noqa: E402

check = Checks("mojito2")
keys = LINE["credentials"]


def make(exchange="서울"):
    return KoreaInvestment(keys["appkey"], keys["appsecret"], keys["account"], exchange=exchange, mock=PAPER)


def pause():
    """It has no limiter of its own."""
    time.sleep(0.6 if PAPER else 0.06)


def ok(answer):
    pause()
    return answer if answer["rt_cd"] == "0" else None


def main():
    korea = check.run("token", make)
    price = check.run("price", lambda: ok(korea.fetch_price("005930")))
    last = int(price["output"]["stck_prpr"])
    check.run("daily bars", lambda: len(ok(korea.fetch_ohlcv("005930", "D"))["output2"]) >= 20)
    check.run("recent days", lambda: len(ok(korea.fetch_ohlcv_recent30("005930"))["output"]) >= 20)
    check.run("minute bars", lambda: len(ok(korea._fetch_today_1m_ohlcv("005930", "235959"))["output2"]) == 30)
    check.run("hash", lambda: len(korea.issue_hashkey({"CANO": "1"})) == 64)
    check.run("balance", lambda: int(korea.fetch_balance()["output2"][0]["dnca_tot_amt"]) == 100_000_000)
    check.run("buying power", lambda: int(ok(korea.check_buy_order("005930", last, "00"))["output"]["nrcvb_buy_qty"]) > 0)
    buy = check.run("market buy", lambda: ok(korea.create_market_buy_order("005930", 4)))
    check.run("it filled", lambda: wait_for(lambda: account(LINE)["positions"].get("005930", {}).get("qty") == "4"))
    far = int(price["output"]["stck_llam"])
    limit = check.run("limit buy far below", lambda: ok(korea.create_limit_buy_order("005930", far, 2)))
    org, number = limit["output"]["KRX_FWDG_ORD_ORGNO"], limit["output"]["ODNO"]
    tick = int(price["output"]["aspr_unit"])
    moved = check.run("modified", lambda: ok(korea.modify_order(org, number, "00", far + 10 * tick, 2, True)))
    check.run("canceled", lambda: ok(korea.cancel_order(org, moved["output"]["ODNO"], 2, True)))
    if not PAPER:
        empty = {"CTX_AREA_FK100": "", "CTX_AREA_NK100": "", "INQR_DVSN_1": "0", "INQR_DVSN_2": "0"}
        check.run("no open orders", lambda: ok(korea.fetch_open_order(empty))["output"] == [])
    check.run("market sell", lambda: ok(korea.create_market_sell_order("005930", 4)))
    check.run("nothing is left", lambda: wait_for(lambda: "005930" not in account(LINE)["positions"]))
    check.run("order numbers rise", lambda: int(number) > int(buy["output"]["ODNO"]))

    nasdaq = make("나스닥")
    us = check.run("price of NVDA", lambda: ok(nasdaq.fetch_price("NVDA")))
    check.run("daily bars of NVDA", lambda: len(ok(nasdaq.fetch_ohlcv("NVDA", "D"))["output2"]) >= 20)
    check.run("present balance", lambda: ok(nasdaq.fetch_present_balance()))
    if PAPER:
        ask = round(float(us["output"]["last"]) * 1.01, 2)
        check.run("buy of NVDA", lambda: ok(nasdaq.create_limit_buy_order("NVDA", ask, 1)))
        check.run("it filled", lambda: wait_for(lambda: account(LINE)["positions"].get("NVDA", {}).get("qty") == "1"))
    else:
        # Its live orders carry transaction ids that the vendor withdrew; only their refusal can be seen.
        refused = nasdaq.create_limit_buy_order("NVDA", 1, 1)
        check.run("withdrawn ids are refused", lambda: refused["rt_cd"] != "0")
        check.run("overseas balance", lambda: "output1" in nasdaq.fetch_balance())
    socket()
    check.done()


def socket():
    # It always goes to the live host; in paper that is the live-key door.
    live = LINE["quotes"]["credentials"] if PAPER else keys
    client = KoreaInvestmentWS(live["appkey"], live["appsecret"], ["H0STCNT0", "H0STASP0"], ["005930"], user_id=live["hts_id"])
    client.daemon = True
    client.start()
    seen = set()

    def both():
        while not client.queue.empty():
            kind, data = client.queue.get()
            if kind == "체결" and int(data["주식현재가"]) > 0:
                seen.add("trade")
            if kind == "호가" and int(data["매도호가01"]) > 0:
                seen.add("book")
        return seen == {"trade", "book"}

    # Its 46 columns are the paper default.
    if PAPER:
        check.run("trades and books on the socket", lambda: wait_for(both, 10))
    client.terminate()


if __name__ == "__main__":
    main()
