"""What is handed out: the 委託先監督資料 of a client company, and the お預かり控え of a person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.downloads import send_made
from azukari.entrance.requests import actor_of, now_of, public_address, signed_in_of
from azukari.kernel.clock import jst_day
from azukari.office.access import page
from azukari.office.forms.oversight import PackForm
from azukari.oversight.actions import pack, slips
from azukari.press.documents import holding_slip
from azukari.tenancy import queries as tenancy


@page("oversight:pack:make", "GET", "HEAD", "POST")
def client_pack(request: HttpRequest, client_id: UUID) -> HttpResponseBase:
    """Choose a span, get one zip. The making stands in the record with the client."""
    actor, today = actor_of(request), jst_day(now_of(request))
    client = tenancy.get_client_for(actor, client_id)
    first = (today.replace(day=1) - timedelta(days=330)).replace(day=1)
    form = PackForm(
        request.POST if request.method == "POST" else None,
        initial={"since": f"{first:%Y/%m/%d}", "until": f"{today:%Y/%m/%d}"},
    )
    if form.is_valid():
        made = pack.make_pack(
            actor=actor,
            client_id=client.id,
            since=form.cleaned_data["since"],
            until=form.cleaned_data["until"],
            now=now_of(request),
        )
        return send_made(made.name, made.files, made.made_at)
    context = {"client": client, "form": form}
    return render(request, "office/oversight/pack.html", context, status=422 if form.errors else 200)


@page("oversight:slip:issue", "POST")
def slip(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Issue a slip and hand its PDF out once: the number exists nowhere else."""
    issued = slips.issue(actor=actor_of(request), person_id=person_id, now=now_of(request))
    office, address = signed_in_of(request).office, f"{public_address(request)}{reverse('personal:holding')}"
    document = holding_slip.HoldingSlip(
        office_name=office.name,
        office_code=office.code,
        office_telephone=office.telephone,
        company=issued.company,
        person=issued.person.name,
        issued_on=jst_day(now_of(request)),
        groups=tuple(issued.code.groups()),
        page_address=address,
        # The middle part is a login ID on other letters (entrance/activate.js); a person has none.
        link=f"{address}#{office.code}//{issued.code.text()}",
    )
    pdf = holding_slip.render(document, now_of(request).replace(microsecond=0))  # a PDF's date has whole seconds
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="holding-slip.pdf"'
    return response


@page("oversight:slip:issue", "POST")
def end_slip(request: HttpRequest, person_id: UUID) -> HttpResponse:
    slips.end(actor=actor_of(request), person_id=person_id, now=now_of(request))
    messages.success(request, "お預かり控えを止めました。控えの番号では、もう開けません。")
    return redirect("office:person", person_id=person_id)
