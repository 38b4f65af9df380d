import json

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

notes = {"café": "Coffee"}


@require_GET
def note(request: HttpRequest, name: str) -> JsonResponse:
    if name not in notes:
        raise Http404("No such note")
    return JsonResponse({"name": name, "text": notes[name]})


@csrf_exempt
@require_POST
def add(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"text": json.loads(request.body)["text"]}, status=201)


def form(request: HttpRequest) -> HttpResponse:
    """What every form does: a token and a cookie with GET, both back from the same site with POST."""
    return HttpResponse(request.POST.get("text") or get_token(request))


def old(request: HttpRequest) -> HttpResponseRedirect:
    return redirect("note", name="café")


def binary(request: HttpRequest) -> HttpResponse:
    return HttpResponse(bytes(range(256)), content_type="application/octet-stream")


urlpatterns = [
    path("api/notes/<name>", note, name="note"),
    path("api/notes", add),
    path("api/form/", form),
    path("api/old", old),
    path("api/bytes", binary),
]
